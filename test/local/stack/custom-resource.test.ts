import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { StackClock } from '../../../lib/local/clock.ts';
import { type LocalStack, runStack } from '../../../lib/local/stack/index.ts';
import { passUntil } from '../../support/passing-time.ts';
import { MINIMAL_SITE, writeAssembly } from './assembly-fixture.ts';

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Answers the event itself, unless its `mode` says otherwise. */
const CODE = `
export const handler = async (event) => {
  const { ResponseURL, RequestId, StackId, LogicalResourceId, ResourceProperties, ServiceToken, ...said } = event;
  const { mode } = ResourceProperties;
  if (mode === 'dies') throw new Error(RequestId);
  if (mode === 'silent') return;
  const Data = { Said: JSON.stringify({ ...said, ResourceProperties }) };
  const Status = mode === 'fails' ? 'FAILED' : 'SUCCESS';
  const answer = { Status, Reason: 'as asked', PhysicalResourceId: 'thing', StackId, RequestId, LogicalResourceId, Data };
  await fetch(ResponseURL, { method: 'PUT', body: Buffer.from(JSON.stringify(answer)) });
};`;

const assemblyWith = async (properties: object): Promise<string> => {
  const role = { Type: 'AWS::IAM::Role' };
  const provider = {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Code: { S3Bucket: 'cdk-assets', S3Key: 'provider.zip' },
      Timeout: 10,
    },
  };
  const thing = {
    Type: 'Custom::Thing',
    Properties: { ServiceToken: { 'Fn::GetAtt': ['Provider', 'Arn'] }, ...properties },
  };
  const { directory, remove } = await writeAssembly({
    resources: { ...MINIMAL_SITE, Role: role, Provider: provider, Thing: thing },
    outputs: { Said: { Value: { 'Fn::GetAtt': ['Thing', 'Said'] } }, Ref: { Value: { Ref: 'Thing' } } },
    assets: { provider: { 'index.mjs': CODE } },
  });
  cleanups.push(remove);
  return directory;
};

async function run(properties: object, clock = new StackClock('standing')): Promise<LocalStack> {
  const stack = await runStack({ assembly: await assemblyWith(properties), clock, calm: true });
  cleanups.push(() => stack.stop());
  return stack;
}

const saidTo = ({ outputs }: LocalStack) => {
  const { ServiceToken, ...properties } = JSON.parse(outputs.Said ?? '').ResourceProperties;
  return { ...JSON.parse(outputs.Said ?? ''), ResourceProperties: properties };
};

test('a custom resource is made by its function, which is told the properties as texts', async () => {
  const stack = await run({ Count: 3, Deep: { isOn: true } });
  expect(saidTo(stack)).toEqual({
    RequestType: 'Create',
    ResourceType: 'Custom::Thing',
    ResourceProperties: { Count: '3', Deep: { isOn: 'true' } },
  });
  expect(stack.outputs.Ref).toBe('thing');
});

test('of an update, the function is told what the resource was; without a change it is not called', async () => {
  const stack = await run({ Count: 3 });
  await stack.deploy(await assemblyWith({ Count: 4 }));
  const said = saidTo(stack);
  expect(said).toMatchObject({
    RequestType: 'Update',
    PhysicalResourceId: 'thing',
    ResourceProperties: { Count: '4' },
  });
  expect(said.OldResourceProperties.Count).toBe('3');
  const calls = () => stack.events.ofKind('invocation').length;
  await stack.settled();
  const before = calls();
  await stack.deploy(await assemblyWith({ Count: 4 }));
  expect(calls()).toBe(before);
});

test('a function that dies is called twice more, with the same event, and then the deployment fails', async () => {
  const stack = await run({ mode: 'well' });
  const began = stack.clock.now();
  const deploying = stack.deploy(await assemblyWith({ mode: 'dies' }));
  await expect(passUntil(stack, deploying)).rejects.toThrow(/its function failed three times/);
  expect(stack.clock.now() - began).toBe(180_000);
  const failed = stack.events.ofKind('invocation').filter(({ error }) => error !== undefined);
  expect(failed).toHaveLength(3);
  const requests = stack.events.ofKind('log').flatMap(({ line }) => /Error: ([0-9a-f-]{36})/.exec(line)?.[1] ?? []);
  expect(new Set(requests).size).toBe(1);
});

test.each([
  ['fails', /^cannot create Thing .*: its function answered FAILED: as asked$/],
  ['silent', /^cannot create Thing .*: its function ended without an answer to CloudFormation$/],
])('a function that %s makes the deployment fail', async (mode, message) => {
  await expect(run({ mode })).rejects.toThrow(message);
  await turn();
});
