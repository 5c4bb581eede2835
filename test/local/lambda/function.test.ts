import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { compileCacheFolder } from '../../../lib/local/lambda/compile-cache.ts';
import { eventsOf, nextEvent } from '../../support/events.ts';
import { passUntil, untilAsleep } from '../../support/passing-time.ts';
import { localFunction } from './local-function.ts';

test('starts one sandbox and uses it again', async () => {
  const { lambda, call, events } = localFunction('index.describe');
  const first = await call();
  const second = await call();
  const third = await call();
  expect([first.invocations, second.invocations, third.invocations]).toEqual([1, 2, 3]);
  expect(lambda.coldStarts).toBe(1);
  const invocations = events.ofKind('invocation');
  expect(invocations.map(({ coldStart }) => coldStart)).toEqual([true, false, false]);
  expect(invocations[0]).toMatchObject({ functionName: 'example', error: undefined });
});

test('starts cold again after its sandboxes were recycled', async () => {
  const { lambda, call } = localFunction('index.describe');
  await call();
  lambda.recycle();
  expect((await call()).invocations).toBe(1);
  expect(lambda.coldStarts).toBe(2);
});

test('ends a recycled sandbox only after its event', async () => {
  const { clock, lambda, call } = localFunction('index.act');
  const running = call({ waitMs: 200 });
  await untilAsleep(clock, 1);
  lambda.recycle();
  clock.advance(200);
  expect(await running).toBe('x');
  await call({});
  expect(lambda.coldStarts).toBe(2);
});

test('runs one event at a time in each sandbox', async () => {
  const { clock, lambda, call } = localFunction('index.act');
  const running = [call({ waitMs: 200 }), call({ waitMs: 200 }), call({ waitMs: 200 })];
  await untilAsleep(clock, 3);
  expect(lambda.coldStarts).toBe(3);
  clock.advance(200);
  await Promise.all(running);
  await Promise.all([call({}), call({}), call({})]);
  expect(lambda.coldStarts).toBe(3);
});

test('lets events wait when the machine has no room for more sandboxes', async () => {
  const target = localFunction('index.act', { maximumSandboxes: 1 });
  const start = target.clock.now();
  await passUntil(target, Promise.all(Array.from({ length: 20 }, () => target.call({ waitMs: 10 }))));
  expect([target.lambda.coldStarts, target.clock.now() - start]).toEqual([1, 200]);
});

test('refuses events beyond the reserved concurrency', async () => {
  const { clock, call } = localFunction('index.act', { reservedConcurrency: 1 });
  const running = call({ waitMs: 200 });
  await expect(call({})).rejects.toMatchObject({ kind: 'throttled', errorType: 'TooManyRequestsException' });
  await untilAsleep(clock, 1);
  clock.advance(200);
  await running;
  expect(await call({})).toBe('x');
});

test('gives the handler the time of the stack', async () => {
  const { clock, call } = localFunction('index.describe');
  clock.advance(3_600_000);
  expect((await call()).importedAt).toBe(clock.now());
  clock.advance(86_400_000);
  const { now, constructed, called, parsed, millisecondsLeft } = await call();
  expect([now, Date.parse(constructed)]).toEqual([clock.now(), clock.now()]);
  expect(Date.parse(called)).toBe(clock.now() - (clock.now() % 1000));
  expect(parsed).toBe(Date.parse('2030-01-01T00:00:00Z'));
  expect(millisecondsLeft).toBe(5000);
});

test("gives the sandbox Lambda's environment, the function's variables, and nothing of this process", async () => {
  vi.stubEnv('NODE_OPTIONS', '--no-such-option');
  vi.stubEnv('AWS_PROFILE', 'production');
  const { call } = localFunction('index.describe', {
    environment: { ISR_BUCKET: 'pages', AWS_ACCESS_KEY_ID: 'overridden' },
    platformEnvironment: { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' },
  });
  const { environment, functionArn, workingDirectory } = await call();
  vi.unstubAllEnvs();
  expect(environment).toMatchObject({
    ISR_BUCKET: 'pages',
    AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_REGION: 'eu-west-1',
    AWS_LAMBDA_FUNCTION_NAME: 'example',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    TZ: ':UTC',
  });
  expect(
    Object.keys(environment)
      .filter((name) => !/^_?(AWS|ISR_BUCKET|LAMBDA|X_AMZN)/.test(name))
      .sort(),
  ).toEqual(['HOME', 'LANG', 'PATH', 'TZ', '_HANDLER']);
  expect(environment.AWS_PROFILE).toBeUndefined();
  expect(functionArn).toBe('arn:aws:lambda:eu-west-1:000000000000:function:example');
  expect(workingDirectory).toBe(fileURLToPath(new URL('handlers', import.meta.url)));
});

test('leaves what its sandboxes compile to later ones, unless the function has a cache of its own', async () => {
  await localFunction('index.describe').call();
  expect(readdirSync(compileCacheFolder()).length).toBeGreaterThan(0);
  const own = join(tmpdir(), 'own-compile-cache');
  const { environment } = await localFunction('index.describe', { environment: { NODE_COMPILE_CACHE: own } }).call();
  expect(environment.NODE_COMPILE_CACHE).toBe(own);
});

test.each([
  { what: 'throws', event: { throws: 'no such page' }, errorType: 'RangeError', message: /^no such page$/ },
  { what: 'exits', event: { exits: 3 }, errorType: 'Runtime.ExitError', message: /exit status 3/ },
  { what: 'needs too much memory', event: { fillsMemory: true }, errorType: 'Runtime.ExitError', message: /SIGABRT/ },
  {
    what: 'answers more than 6 MB',
    event: { answerBytes: 6_291_556 },
    errorType: 'Function.ResponseSizeTooLarge',
    message: /6291556 bytes/,
  },
])('fails with $errorType when the handler $what, and then runs again', async ({ event, errorType, message }) => {
  const { call, events } = localFunction('index.act');
  await expect(call(event)).rejects.toMatchObject({
    kind: 'function',
    errorType,
    message: expect.stringMatching(message),
  });
  expect(events.ofKind('invocation').at(-1)).toMatchObject({ error: errorType });
  expect(await call({})).toBe('x');
});

test('ends a sandbox whose handler takes longer than the timeout', async () => {
  const { clock, lambda, call, logLines } = localFunction('index.act', { timeoutMs: 300 });
  await call({});
  const running = call({ waitMs: 60_000 });
  await untilAsleep(clock, 1);
  clock.advance(299);
  expect(clock.sleepers).toHaveLength(1);
  clock.advance(1);
  const timedOut = { errorType: 'Sandbox.Timedout', message: expect.stringContaining('timed out after 0.30 seconds') };
  await expect(running).rejects.toMatchObject(timedOut);
  expect(logLines()).toContainEqual(expect.stringContaining('Task timed out'));
  expect(clock.sleepers).toEqual([]);
  await call({});
  expect(lambda.coldStarts).toBe(2);
});

test.each([
  { handler: 'throws-at-import.handler', errorType: 'RangeError' },
  { handler: 'no-such-file.handler', errorType: 'Runtime.ImportModuleError' },
  { handler: 'index.noSuchExport', errorType: 'Runtime.HandlerNotFound' },
])('fails with $errorType when $handler cannot be initialised', async ({ handler, errorType }) => {
  const { call } = localFunction(handler);
  await expect(call({})).rejects.toMatchObject({ kind: 'function', errorType });
});

test('ends a sandbox that does not initialise within the ten seconds that Lambda gives it', async () => {
  const { clock, call, events } = localFunction('hangs-at-import.handler');
  const failing = call({});
  await eventsOf(events, 'log');
  clock.advance(10_000);
  const timedOut = { kind: 'function', errorType: 'Sandbox.Timedout', message: 'Init timed out after 10.00 seconds' };
  await expect(failing).rejects.toMatchObject(timedOut);
});

test('refuses an event of more than 6 MB', async () => {
  const { lambda, call } = localFunction('index.act');
  const event = { log: 'x'.repeat(6_291_456) };
  await expect(call(event)).rejects.toMatchObject({ kind: 'refused', errorType: 'RequestTooLargeException' });
  expect(lambda.coldStarts).toBe(0);
});

test('reports each message that the handler logs as one line', async () => {
  const { call, events } = localFunction('index.act');
  await call({ log: 'first\nsecond' });
  const lines = await eventsOf(events, 'log');
  expect(lines.map(({ line }) => line)).toEqual([expect.stringMatching(/\tINFO\tfirst\nsecond$/)]);
});

test('fails each invocation while Lambda is down', async () => {
  const { lambda, call, events } = localFunction('index.act');
  lambda.failWith(new Error('no Lambda today'));
  await expect(call({})).rejects.toThrow('no Lambda today');
  expect(lambda.coldStarts).toBe(0);
  expect(events.all()).toMatchObject([{ kind: 'invocation', error: 'Error' }]);
  lambda.failWith();
  expect(await call({})).toBe('x');
});

test('fails what is running or waiting when it is stopped', async () => {
  const { lambda, call } = localFunction('index.act', { maximumSandboxes: 1 });
  const outcomes = Promise.allSettled([call({ waitMs: 60_000 }), call({})]);
  await lambda.stop();
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(call({})).rejects.toMatchObject({ kind: 'unavailable' });
});

test('hands on a stream as it is written', async () => {
  const { clock, lambda, events } = localFunction('index.stream');
  const ended = nextEvent(events, 'invocation');
  const result = await lambda.invoke({ chunks: ['one', 'two', 'three'], gapMs: 50 });
  if (result.kind !== 'streamed') throw new Error(`expected a stream, got ${result.kind}`);
  const arrived: string[] = [];
  for await (const chunk of result.body) {
    arrived.push(String(chunk));
    // What is written next waits for this.
    await untilAsleep(clock, 1);
    clock.advance(50);
  }
  expect(arrived).toEqual(['one', 'two', 'three']);
  await ended;
});

test('fails a stream that fails before its first byte, and breaks one that fails later', async () => {
  const { lambda, call } = localFunction('index.stream');
  await expect(lambda.invoke({ throws: 'too early' })).rejects.toMatchObject({ errorType: 'RangeError' });
  await expect(call({ chunks: ['"one'], throws: 'too late' })).rejects.toMatchObject({ message: 'too late' });
  expect(await call({ chunks: ['"whole"'] })).toBe('whole');
  expect(lambda.coldStarts).toBe(1);
});
