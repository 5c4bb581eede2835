import {
  CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AwsRefusal, createAwsClient } from '../../lib/aws/client.ts';
import { describeStack, listStackResources } from '../../lib/aws/cloudformation.ts';
import { filterLogEvents } from '../../lib/aws/cloudwatch-logs.ts';
import { CREDENTIALS } from '../contracts/credentials.ts';
import { type FakeAws, startFakeAws } from '../fakes/fake-aws.ts';

let fake: FakeAws;

beforeAll(async () => {
  fake = await startFakeAws();
});

afterAll(() => fake.stop());

beforeEach(() => {
  fake.stacks.clear();
  fake.logs.clear();
});

const client = () =>
  createAwsClient({
    region: 'eu-west-1',
    endpoints: { cloudformation: fake.url, logs: fake.url },
    credentials: async () => CREDENTIALS,
  });
/** For AWS's own clients: the fake counts for as much as they take of it. */
const official = () => ({ region: 'eu-west-1', endpoint: fake.url, credentials: CREDENTIALS });

async function allOf<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}

describe('CloudFormation', () => {
  const outputs = { SiteUrl: 'https://example.com/?a=1&b=<2>', Number: '007', Empty: '' };

  test('tells the outputs and the region of a stack, as text', async () => {
    fake.stacks.set('MySite', outputs);
    expect(await describeStack(client(), 'MySite')).toEqual({ region: 'eu-west-1', outputs });
    const { Stacks } = await new CloudFormationClient(official()).send(
      new DescribeStacksCommand({ StackName: 'MySite' }),
    );
    const pairs = Stacks?.[0]?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]);
    expect(Object.fromEntries(pairs ?? [])).toEqual(outputs);
  });

  test('tells of a stack that has no outputs', async () => {
    fake.stacks.set('MySite', {});
    expect(await describeStack(client(), 'MySite')).toEqual({ region: 'eu-west-1', outputs: {} });
  });

  test('lists the resources of a stack, however many pages they take', async () => {
    fake.stacks.set('MySite', {});
    for (const number of [1, 2, 3]) fake.logs.set(`MySite-Logs${number}-xyz`, []);
    const resources = await listStackResources(client(), 'MySite');
    expect(resources.map(({ logicalId }) => logicalId)).toEqual([
      'SiteFunctionsServe0A1B2C3D',
      'Logs1',
      'Logs2',
      'Logs3',
    ]);
    expect(resources[0]).toEqual({
      type: 'AWS::Lambda::Function',
      logicalId: 'SiteFunctionsServe0A1B2C3D',
      physicalId: '',
    });
    const pages = paginateListStackResources({ client: new CloudFormationClient(official()) }, { StackName: 'MySite' });
    const listed: unknown[] = [];
    for await (const { StackResourceSummaries = [] } of pages) {
      listed.push(...StackResourceSummaries.map(({ LogicalResourceId }) => LogicalResourceId));
    }
    expect(listed).toEqual(resources.map(({ logicalId }) => logicalId));
  });

  test('refuses what it does not have', async () => {
    await expect(describeStack(client(), 'Nowhere')).rejects.toThrow(AwsRefusal);
    await expect(listStackResources(client(), 'Nowhere')).rejects.toThrow(AwsRefusal);
  });
});

describe('CloudWatch Logs', () => {
  test('gives the lines of a group since a time, however many pages they take', async () => {
    const lines = [1, 2, 3, 4, 5].map((at) => ({ id: String(at), at, message: `line ${at}\n` }));
    fake.logs.set('group', lines);
    expect(await allOf(filterLogEvents(client(), 'group', 2))).toEqual(lines.slice(1));
    const pages = paginateFilterLogEvents(
      { client: new CloudWatchLogsClient(official()) },
      { logGroupName: 'group', startTime: 2 },
    );
    const ids: unknown[] = [];
    for await (const { events = [] } of pages) ids.push(...events.map(({ eventId }) => eventId));
    expect(ids).toEqual(['2', '3', '4', '5']);
  });

  test('refuses a group that is not there', async () => {
    await expect(allOf(filterLogEvents(client(), 'nowhere', 0))).rejects.toThrow(AwsRefusal);
  });
});
