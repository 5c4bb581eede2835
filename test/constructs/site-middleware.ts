import { beforeAll, describe, expect, test } from 'vitest';
import { bundles, plainSite, synthesize } from './fixture.ts';

beforeAll(bundles);

const gated = () => synthesize({}, { live: [], middleware: { paths: ['/members', '/about'] } }).template;

interface Behavior {
  readonly PathPattern: string;
  readonly TargetOriginId: string;
}

function behaviorsOf(template: ReturnType<typeof gated>): readonly Behavior[] {
  const distributions = Object.values(template.findResources('AWS::CloudFront::Distribution'));
  return distributions.flatMap(({ Properties }) => Properties.DistributionConfig.CacheBehaviors ?? []);
}

describe('the middleware of a site', () => {
  test('has the pages of its folders behind the live function, prerendered ones too', () => {
    const patterns = behaviorsOf(gated()).map((each) => each.PathPattern);
    for (const path of ['/members', '/members/*', '/about', '/about/*']) {
      expect(patterns).toContain(path);
    }
    expect(patterns).toHaveLength(5);
    const members = behaviorsOf(gated()).filter((each) => each.PathPattern.startsWith('/members'));
    expect(members.map((each) => each.TargetOriginId)).not.toContainEqual(expect.stringContaining('Group'));
  });

  test('lets the live function do with pages what serve may', () => {
    const policies = Object.values(gated().findResources('AWS::IAM::Policy')).map((each) => JSON.stringify(each));
    const ofLive = policies.filter((policy) => policy.includes('SiteFunctionsLiveRole'));
    expect(ofLive).toHaveLength(1);
    for (const keys of ['/deployments/*', '/_isr/leases/*']) expect(ofLive[0]).toContain(keys);
    expect(ofLive[0]).toContain('QueuesJobs');
  });

  test('leaves no trace in the stack of a site that has none', async () => {
    const { template } = await plainSite();
    const policies = Object.values(template.findResources('AWS::IAM::Policy')).map((each) => JSON.stringify(each));
    const ofLive = policies.find((policy) => policy.includes('SiteFunctionsLiveRole'));
    expect(ofLive).not.toContain('/deployments/*');
    expect(ofLive).not.toContain('QueuesJobs');
  });
});
