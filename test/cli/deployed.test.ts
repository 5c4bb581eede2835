import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { run } from '../../lib/cli/run.ts';
import { listen } from '../../lib/local/stack/listen.ts';
import { type FakeAws, startFakeAws } from './fake-aws.ts';
import { FakeHost } from './fake-host.ts';

const TOKEN = 'correct-horse-battery-staple-0123456789';
const ANSWER = { sequence: 7, pages: [], tags: [], prefixes: [], purge: 'purged', milliseconds: 3 };
const SERVE_LOGS = 'MySite-SiteFunctionsServeLogs0A1B2C3D-xYz';

let aws: FakeAws;
let folder: string;
let revalidate: { readonly url: string; stop(): Promise<void> };
/** What the revalidate URL answers next, and what it was sent. */
let answer: { status: number; body: string; headers?: Record<string, string> };
let received: string[];

beforeAll(async () => {
  aws = await startFakeAws();
  revalidate = await listen({ port: 0, purpose: 'the test', flag: '' }, (request, response) => {
    received.push(String(request.headers.authorization));
    response
      .writeHead(answer.status, answer.headers)
      .end(answer.body.replace('<echo>', String(request.headers.authorization)));
  });
  vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await revalidate.stop();
  await aws.stop();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isr-cli-'));
  answer = { status: 200, body: JSON.stringify(ANSWER) };
  received = [];
  aws.stacks.clear();
  aws.logs.clear();
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const hostWith = (environment: Record<string, string> = {}) =>
  new FakeHost(folder, { ISR_TOKEN: TOKEN, ...environment });
const isr = async (argv: string[], host = hostWith()) => ({ code: await run(argv, host), host });
const outputs = (stacks: object) => writeFile(join(folder, 'outputs.json'), JSON.stringify(stacks));

describe('the revalidate URL comes from', () => {
  test('a flag', async () => {
    expect((await isr(['revalidate', '--all', '--url', revalidate.url])).code).toBe(0);
    expect(received).toEqual([`Bearer ${TOKEN}`]);
  });

  test('the environment', async () => {
    const host = hostWith({ ISR_REVALIDATE_URL: revalidate.url });
    expect((await isr(['revalidate', '--all'], host)).code).toBe(0);
    expect(host.said[0]).toBe('Revalidated the environment, ledger 7:');
  });

  test('the outputs that cdk deploy wrote', async () => {
    await outputs({ MySite: { RevalidateUrl: revalidate.url }, Database: { Endpoint: 'x' } });
    const { code, host } = await isr(['revalidate', '--all', '--outputs', 'outputs.json']);
    expect(code).toBe(0);
    expect(host.said[0]).toBe("Revalidated stack 'MySite' in outputs.json, ledger 7:");
  });

  test('CloudFormation', async () => {
    aws.stacks.set('MySite', { RevalidateUrl: revalidate.url });
    const { code, host } = await isr(['revalidate', '--all', '--stack', 'MySite']);
    expect([code, host.said[0]]).toEqual([0, "Revalidated stack 'MySite', ledger 7:"]);
  });

  test('the stack that is named, whatever the environment says', async () => {
    aws.stacks.set('MySite', { RevalidateUrl: revalidate.url });
    const host = hostWith({ ISR_REVALIDATE_URL: 'https://example.invalid/' });
    expect((await isr(['revalidate', '--all', '--stack', 'MySite'], host)).code).toBe(0);
    expect(received).toHaveLength(1);
  });
});

describe('without a place', () => {
  test.each([
    [
      ['revalidate', '--all'],
      /the revalidate URL.*\n.*--url.*\n.*--outputs.*\n.*--stack.*\n.*ISR_REVALIDATE_URL.*\n.*local stack/,
    ],
    [['status', '/blog'], /the site's URL.*\n.*--site.*\n.*--outputs.*\n.*--stack.*\n.*ISR_SITE_URL.*\n.*local stack/],
    [['pages'], /the bucket.*\n.*--bucket.*\n.*--outputs.*\n.*--stack.*\n.*ISR_BUCKET.*\n.*local stack/],
    [['tail'], /what to listen to.*\n.*local stack.*\n.*--stack.*\n.*--outputs.*\n.*--log-group/],
  ])('isr %j lists the ways to name one', async (argv, message) => {
    const { code, host } = await isr(argv);
    expect(code).toBe(2);
    expect(host.complained[0]).toMatch(message);
  });

  test('a stack without the output says which one it lacks', async () => {
    aws.stacks.set('MySite', {});
    const { code, host } = await isr(['revalidate', '--all', '--stack', 'MySite']);
    expect(code).toBe(2);
    expect(host.complained[0]).toBe(
      "isr: stack 'MySite' has no output RevalidateUrl that would tell the revalidate URL; give --url <url>",
    );
  });
});

describe('a failure ends with 1 and the reason', () => {
  test.each([
    [401, '{"error":"unauthorized"}', /answered 401: the token is not one that the site takes; check ISR_TOKEN/],
    [413, '{"error":"the body is too large"}', /answered 413: the body is too large/],
    [500, 'Internal Server Error', /answered 500: Internal Server Error/],
    [200, '<!doctype html>', /answered 200, which is not what a revalidate URL answers/],
    [302, '', /answered 302, which is not what a revalidate URL answers/],
    [400, '{"error":"I do not know <echo>"}', /answered 400: I do not know Bearer \*\*\*/],
  ])('an answer %i %s', async (status, body, message) => {
    answer = { status, body, headers: { location: 'http://127.0.0.1:9/' } };
    const { code, host } = await isr(['revalidate', '--all', '--json', '--url', revalidate.url]);
    expect(code).toBe(1);
    expect(host.complained).toEqual([expect.stringMatching(message)]);
    expect(host.said).toEqual([]);
    expect(host.printed).not.toContain(TOKEN);
  });

  test('an address where nobody listens', async () => {
    const { code, host } = await isr(['revalidate', '--all', '--url', 'http://127.0.0.1:9/']);
    expect([code, host.complained]).toEqual([1, [expect.stringMatching(/cannot be reached: \w+/)]]);
  });

  test('a stack that is not there', async () => {
    const { code, host } = await isr(['pages', '--stack', 'Nowhere']);
    expect(code).toBe(1);
    expect(host.complained).toEqual([
      "isr pages: cannot read the outputs of stack 'Nowhere': Stack with id Nowhere does not exist",
    ]);
  });

  test('outputs that cannot be read', async () => {
    await writeFile(join(folder, 'outputs.json'), '{');
    const { code, host } = await isr(['pages', '--outputs', 'outputs.json']);
    expect(code).toBe(1);
    expect(host.complained).toEqual([
      expect.stringMatching(/cannot read the outputs in .*outputs\.json.*cdk deploy --outputs-file/),
    ]);
  });
});

describe('several sites in one file of outputs', () => {
  const two = { One: { SiteUrl: 'https://one.example' }, Two: { RevalidateUrl: 'https://two.example' } };

  test('need a --stack', async () => {
    await outputs(two);
    const { code, host } = await isr(['pages', '--outputs', 'outputs.json']);
    expect([code, host.complained[0]]).toEqual([
      2,
      expect.stringMatching(/several sites; choose one with --stack: One, Two/),
    ]);
  });

  test('are told apart by it', async () => {
    await outputs({ ...two, Two: { RevalidateUrl: revalidate.url } });
    expect((await isr(['revalidate', '--all', '--outputs', 'outputs.json', '--stack', 'Two'])).code).toBe(0);
    const { host } = await isr(['pages', '--outputs', 'outputs.json', '--stack', 'Three']);
    expect(host.complained[0]).toMatch(/has no stack 'Three'; it has One, Two/);
  });
});

describe('isr tail of a deployed stack', () => {
  const now = Date.now();

  test('shows what the functions log, each line once, oldest first', async () => {
    aws.stacks.set('MySite', { SiteUrl: 'https://example.com' });
    const report = 'REPORT RequestId: 1\tDuration: 12.30 ms\tBilled Duration: 13 ms\tInit Duration: 180.00 ms\n';
    aws.logs.set(SERVE_LOGS, [
      { id: '2', at: now, message: report },
      {
        id: '1',
        at: now - 1,
        message: '2026-01-01T00:00:00.000Z\tab\tINFO\t{"level":"warn","message":"slow","ms":9}\n',
      },
      { id: '0', at: now - 2, message: 'START RequestId: 1 Version: $LATEST\n' },
    ]);
    aws.logs.set('MySite-SiteUploadsLogs0A1B2C3D-xYz', [{ id: '3', at: now, message: 'not of a function\n' }]);
    const host = hostWith();
    const ended = run(['tail', '--stack', 'MySite', '--since', '1h'], host);
    await vi.waitFor(() => expect(host.said).toHaveLength(2), { timeout: 10_000 });
    aws.logs.get(SERVE_LOGS)?.push({ id: '4', at: now + 1, message: 'later\n' });
    await vi.waitFor(() => expect(host.said).toHaveLength(3), { timeout: 10_000 });
    host.interrupt();
    expect(await ended).toBe(0);
    expect(host.said.map((line) => line.slice(10))).toEqual([
      'log       serve  slow ms=9',
      'function  serve  12 ms  cold start',
      'log       serve  later',
    ]);
  });

  test('takes a log group by name, and ends with 1 when there is none', async () => {
    const { code, host } = await isr(['tail', '--log-group', 'nowhere', '--json']);
    expect(code).toBe(1);
    expect(host.complained).toEqual([
      "isr tail: cannot read log group 'nowhere': The specified log group does not exist.",
    ]);
  });
});
