import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { localFunction } from './local-function.ts';

test('starts one sandbox and uses it again', async () => {
  const { lambda, call, events } = localFunction('index.describe');
  const first = await call();
  const second = await call();
  const third = await call();
  expect([first.invocations, second.invocations, third.invocations]).toEqual([1, 2, 3]);
  expect(lambda.coldStarts).toBe(1);
  const invocations = events.filter((event) => event.kind === 'invocation');
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
  const { lambda, call, logLines } = localFunction('index.act');
  const running = call({ log: 'running', waitMs: 200 });
  await vi.waitFor(() => expect(logLines()).toHaveLength(1));
  lambda.recycle();
  expect(await running).toBe('x');
  await call({});
  expect(lambda.coldStarts).toBe(2);
});

test('runs one event at a time in each sandbox', async () => {
  const { lambda, call } = localFunction('index.act');
  await Promise.all([call({ waitMs: 200 }), call({ waitMs: 200 }), call({ waitMs: 200 })]);
  expect(lambda.coldStarts).toBe(3);
  await Promise.all([call({}), call({}), call({})]);
  expect(lambda.coldStarts).toBe(3);
});

test('lets events wait when the machine has no room for more sandboxes', async () => {
  const { lambda, call } = localFunction('index.act', { maximumSandboxes: 1 });
  await Promise.all(Array.from({ length: 20 }, () => call({ waitMs: 1 })));
  expect(lambda.coldStarts).toBe(1);
});

test('refuses events beyond the reserved concurrency', async () => {
  const { call } = localFunction('index.act', { reservedConcurrency: 1 });
  const running = call({ waitMs: 200 });
  await expect(call({})).rejects.toMatchObject({ kind: 'throttled', errorType: 'TooManyRequestsException' });
  await running;
  expect(await call({})).toBe('x');
});

test('gives the handler the time of the stack', async () => {
  const { clock, call } = localFunction('index.describe');
  clock.advance(3_600_000);
  const cold = await call();
  expect(cold.importedAt).toBeGreaterThan(Date.now() + 3_590_000);
  expect(cold.importedAt).toBeLessThan(clock.now());

  clock.advance(86_400_000);
  const warm = await call();
  for (const time of [warm.now, Date.parse(warm.constructed), Date.parse(warm.called) + 1000]) {
    expect(Math.abs(time - clock.now())).toBeLessThan(5000);
  }
  expect(warm.parsed).toBe(Date.parse('2030-01-01T00:00:00Z'));
  expect(warm.millisecondsLeft).toBeGreaterThan(4000);
  expect(warm.millisecondsLeft).toBeLessThanOrEqual(5000);
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
  expect(events.findLast((event) => event.kind === 'invocation')).toMatchObject({ error: errorType });
  expect(await call({})).toBe('x');
});

test('ends a sandbox whose handler takes longer than the timeout', async () => {
  const { lambda, call, logLines } = localFunction('index.act', { timeoutMs: 300 });
  await call({});
  const timedOut = { errorType: 'Sandbox.Timedout', message: expect.stringContaining('timed out after 0.30 seconds') };
  await expect(call({ waitMs: 60_000 })).rejects.toMatchObject(timedOut);
  expect(logLines()).toContainEqual(expect.stringContaining('Task timed out'));
  await call({});
  expect(lambda.coldStarts).toBe(2);
});

test.each([
  { handler: 'throws-at-import.handler', errorType: 'RangeError' },
  { handler: 'no-such-file.handler', errorType: 'Runtime.ImportModuleError' },
  { handler: 'index.noSuchExport', errorType: 'Runtime.HandlerNotFound' },
  { handler: 'hangs-at-import.handler', errorType: 'Sandbox.Timedout' },
])('fails with $errorType when $handler cannot be initialised', async ({ handler, errorType }) => {
  const { call } = localFunction(handler, { initTimeoutMs: 1000 });
  await expect(call({})).rejects.toMatchObject({ kind: 'function', errorType });
});

test('refuses an event of more than 6 MB', async () => {
  const { lambda, call } = localFunction('index.act');
  const event = { log: 'x'.repeat(6_291_456) };
  await expect(call(event)).rejects.toMatchObject({ kind: 'refused', errorType: 'RequestTooLargeException' });
  expect(lambda.coldStarts).toBe(0);
});

test('reports each message that the handler logs as one line', async () => {
  const { call, logLines } = localFunction('index.act');
  await call({ log: 'first\nsecond' });
  await vi.waitFor(() => expect(logLines()).toEqual([expect.stringMatching(/\tINFO\tfirst\nsecond$/)]));
});

test('fails each invocation while Lambda is down', async () => {
  const { lambda, call, events } = localFunction('index.act');
  lambda.failWith(new Error('no Lambda today'));
  await expect(call({})).rejects.toThrow('no Lambda today');
  expect(lambda.coldStarts).toBe(0);
  expect(events).toMatchObject([{ kind: 'invocation', error: 'Error' }]);
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
  const { lambda, events } = localFunction('index.stream');
  const result = await lambda.invoke({ chunks: ['one', 'two', 'three'], gapMs: 50 });
  if (result.kind !== 'streamed') throw new Error(`expected a stream, got ${result.kind}`);
  const arrivals: { text: string; at: number }[] = [];
  for await (const chunk of result.body) arrivals.push({ text: String(chunk), at: performance.now() });
  expect(arrivals.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
  expect((arrivals.at(-1)?.at ?? 0) - (arrivals[0]?.at ?? 0)).toBeGreaterThan(50);
  await vi.waitFor(() => expect(events.filter(({ kind }) => kind === 'invocation')).toHaveLength(1));
});

test('fails a stream that fails before its first byte, and breaks one that fails later', async () => {
  const { lambda, call } = localFunction('index.stream');
  await expect(lambda.invoke({ throws: 'too early' })).rejects.toMatchObject({ errorType: 'RangeError' });
  await expect(call({ chunks: ['"one'], throws: 'too late' })).rejects.toMatchObject({ message: 'too late' });
  expect(await call({ chunks: ['"whole"'] })).toBe('whole');
  expect(lambda.coldStarts).toBe(1);
});
