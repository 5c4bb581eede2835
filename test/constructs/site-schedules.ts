import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RevalidateEvery } from '../../lib/index.ts';
import { StackClock } from '../../lib/local/clock.ts';
import { type LocalStack, runStack } from '../../lib/local/stack/index.ts';
import { ask } from '../support/http.ts';
import { passUntil } from '../support/passing-time.ts';
import { bundles, plainSite, type SynthesizedSite, synthesize, write, writeBuild } from './fixture.ts';

const QUARTER: RevalidateEvery = { every: Duration.minutes(15), paths: ['/'], tags: ['prices'] };
const MORNING: RevalidateEvery = { cron: '0 6 * * ? *', all: true };

beforeAll(bundles);

const resourcesOf = ({ template }: SynthesizedSite, type: string) => Object.values(template.findResources(type));

describe('revalidateEvery', () => {
  test('makes a schedule of each, with what to revalidate and no token', () => {
    const schedules = resourcesOf(synthesize({ revalidateEvery: [QUARTER, MORNING] }), 'AWS::Scheduler::Schedule');
    expect(
      schedules.map(({ Properties }) => [Properties.ScheduleExpression, JSON.parse(Properties.Target.Input)]),
    ).toEqual([
      ['rate(15 minutes)', { scheduledRevalidation: { paths: ['/'], tags: ['prices'] } }],
      ['cron(0 6 * * ? *)', { scheduledRevalidation: { all: true } }],
    ]);
    // The function reads from the bucket which distribution it purges.
    for (const { DependsOn } of schedules)
      expect(DependsOn.join()).toMatch(/SiteAddressCustomResource.*SiteSchedulesInvoking/);
  });

  test('lets EventBridge call the revalidate function, of this account alone, and do nothing else', () => {
    const site = synthesize({ revalidateEvery: [QUARTER] });
    const policies = resourcesOf(site, 'AWS::IAM::Policy').filter(({ Properties }) =>
      /Schedules/.test(Properties.PolicyName),
    );
    expect(policies.map(({ Properties }) => Properties.PolicyDocument.Statement)).toEqual([
      [
        {
          Action: 'lambda:InvokeFunction',
          Effect: 'Allow',
          Resource: { 'Fn::GetAtt': [expect.stringMatching(/^SiteFunctionsRevalidate[0-9A-F]{8}$/), 'Arn'] },
        },
      ],
    ]);
    const [role] = resourcesOf(site, 'AWS::IAM::Role').filter((each) => JSON.stringify(each).includes('scheduler.'));
    expect(role?.Properties.AssumeRolePolicyDocument.Statement[0].Condition).toEqual({
      StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
    });
  });

  test('adds nothing to a site without it', async () => {
    const template = JSON.stringify((await plainSite()).template.toJSON());
    expect(template).not.toMatch(/scheduler/i);
  });

  test.each<[unknown, string]>([
    [[{ tags: ['a'] }], "'revalidateEvery[0]' must be an object with either 'every' or 'cron'"],
    [[{ ...QUARTER, cron: '0 6 * * ? *' }], "'revalidateEvery[0]' must be an object with either 'every' or 'cron'"],
    [
      [{ every: Duration.seconds(90), all: true }],
      "'revalidateEvery[0].every' must be whole minutes between 1 and 525600",
    ],
    [
      [{ every: Duration.minutes(1) }],
      "'revalidateEvery[0]' must be an object that names paths, tags, prefixes or all",
    ],
    [[MORNING, { ...QUARTER, paths: ['blog'] }], "'revalidateEvery[1].paths[0]' must be a path"],
    [[{ ...QUARTER, wait: true }], "'revalidateEvery[0].wait' must be a member that is known"],
    [[{ cron: '0 6 * * *', all: true }], "'revalidateEvery[0].cron' must be six fields"],
    [[{ cron: '0 6 * * * *', all: true }], "'revalidateEvery[0].cron' must be six fields"],
    [Array(101).fill(MORNING), "'revalidateEvery' must be at most 100 schedules, not 101"],
  ])('is refused when it is not valid: $1', (revalidateEvery, message) => {
    expect(() => synthesize({ revalidateEvery: revalidateEvery as RevalidateEvery[] })).toThrow(message);
  });
});

describe('on one machine', () => {
  let stack: LocalStack;
  beforeAll(async () => {
    const buildDirectory = writeBuild({ isr: { expiration: false, allowQuery: [], tokenHashes: [] } });
    const server = `export const fetch = async ({ url }) => {
      if (/.fails/.test(url) && !/Serve/.test(process.env.AWS_LAMBDA_FUNCTION_NAME)) throw new Error('as asked');
      return new Response(crypto.randomUUID(), { headers: { 'content-type': 'text/html', 'cache-tag': 'prices' } });
    };`;
    write(join(buildDirectory, 'server/index.mjs'), server);
    const schedules: RevalidateEvery[] = [QUARTER, { every: Duration.days(3), paths: ['/fails'] }];
    const { outdir } = synthesize({ buildDirectory, revalidateEvery: schedules });
    stack = await runStack({ assembly: outdir, clock: new StackClock('standing'), calm: true });
  });
  afterAll(() => stack?.stop());

  const settled = () => passUntil(stack, stack.settled());
  const show = async (path: string) => (await ask(stack.siteUrl, path)).body;
  const calls = () => stack.events.ofKind('invocation').filter(({ functionName }) => /Revalidate/.test(functionName));

  test('pages are rendered anew when it is time, and no sooner, without a token', async () => {
    const [home, other] = [await show('/'), await show('/other')];
    stack.clock.advance(14 * 60_000);
    await settled();
    expect([await show('/'), calls().length]).toEqual([home, 0]);
    stack.clock.advance(60_000);
    await settled();
    expect(calls().map(({ error }) => error)).toEqual([undefined]);
    expect(await show('/')).not.toBe(home);
    expect(await show('/other')).not.toBe(other);
  });

  test('a page that cannot be rendered is tried three times', async () => {
    await show('/fails');
    const before = calls().length;
    for (const milliseconds of [3 * 86_400_000 - 15 * 60_000, 60_000, 120_000, 240_000]) {
      stack.clock.advance(milliseconds);
      await settled();
    }
    const failed = calls()
      .slice(before)
      .filter(({ error }) => error !== undefined);
    expect(failed).toHaveLength(3);
  });

  test('nobody can pretend to be a schedule by the URL', async () => {
    const scheduledRevalidation = { all: true };
    const request = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const body = JSON.stringify({ scheduledRevalidation });
    const asked = await passUntil(stack, ask(stack.functionUrl('revalidate'), '/', { ...request, body }));
    expect(asked.status).toBe(401);
  });
});
