import { Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { bundles, plainSite, synthesize } from './fixture.ts';

beforeAll(bundles);

const keeping = (retentionSeconds: number) => synthesize({}, { sessions: { retentionSeconds } }).template;

describe('the sessions of a site', () => {
  test('are for the live function alone, which reads, writes and removes them one by one', () => {
    const policies = Object.values(keeping(7200).findResources('AWS::IAM::Policy')).map((each) => JSON.stringify(each));
    const allowed = policies.filter((policy) => policy.includes('_isr/sessions/'));
    expect(allowed).toHaveLength(1);
    expect(allowed[0]).toContain('SiteFunctionsLiveRole');
    keeping(7200).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
            Resource: { 'Fn::Join': ['', [Match.anyValue(), '/_isr/sessions/*']] },
          }),
        ]),
      },
    });
  });

  test.each([
    [7200, 2],
    [31 * 86_400, 32],
  ])('go from the bucket once they are over: those of %i seconds after %i days', (seconds, days) => {
    keeping(seconds).hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          Match.objectLike({ Id: 'sessions', Prefix: '_isr/sessions/', ExpirationInDays: days, Status: 'Enabled' }),
        ]),
      },
    });
  });

  test('that keeps none leave no trace in its stack', async () => {
    const { template } = await plainSite();
    expect(JSON.stringify(template.toJSON())).not.toContain('_isr/sessions');
  });
});
