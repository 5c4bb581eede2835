import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { type ContentApi, startContentApi } from '../../examples/content-api/index.ts';
import { WATCHED_HEADERS } from '../../lib/inspector/watched-headers.ts';
import { type Pace, StackClock } from '../../lib/local/clock.ts';
import { type LocalStack, runStack } from '../../lib/local/stack/index.ts';
import { built } from './built.ts';
import { noteGrants } from './grants.ts';
import { ask, type RawRequest, type RawResponse } from './http.ts';
import { contentClock, passUntil } from './passing-time.ts';

/** The example's stack, running for one test file, with its content and its time under the test's control. */
export interface TestStack {
  readonly stack: LocalStack;
  readonly contentApi: ContentApi;
  readonly clock: StackClock;
  /** The token of the example's configuration. */
  readonly token: string;
  /** Lets time pass until the promise settles, whenever nothing goes on but what sleeps. */
  pass<Result>(promise: Promise<Result>): Promise<Result>;
  /** Lets time pass until nothing works any more, but for messages that wait for another try. */
  settled(): Promise<void>;
  /** GET through the edge. The path is sent as it is. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<RawResponse>;
  /** Any request through the edge. */
  ask(path: string, request: RawRequest): Promise<RawResponse>;
  /** POST to the revalidate URL, with the right token unless `token` says otherwise; null sends none. Lets time pass. */
  revalidate(body: unknown, options?: { readonly token?: string | null }): Promise<RawResponse>;
  stop(): Promise<void>;
}

export interface TestStackOptions {
  /** Keeps buckets and secrets there for a second start. @default in memory */
  readonly dataDirectory?: string;
  /** @default 'standing': time passes when the test says so, and a slow machine changes nothing */
  readonly pace?: Pace;
  /** @default true: one edge location, purged at once */
  readonly calm?: boolean;
}

/** Starts the example in memory on free ports. The first call of a test run builds it. */
export async function startTestStack(options: TestStackOptions = {}): Promise<TestStack> {
  const { dataDirectory, pace = 'standing', calm = true } = options;
  const assembly = await testAssembly();
  const clock = new StackClock(pace);
  const contentApi = await startContentApi({ port: 0, clock: contentClock(clock) });
  const parameters = { ContentApiUrl: contentApi.url };
  const running = { assembly, parameters, clock, dataDirectory, calm, watchedHeaders: WATCHED_HEADERS };
  const stack = await runStack(running).catch(async (error: unknown) => {
    await contentApi.close();
    throw error;
  });
  const token = await exampleToken();
  const pass: TestStack['pass'] = (promise) => (pace === 'standing' ? passUntil(stack, promise) : promise);
  return {
    stack,
    contentApi,
    clock,
    token,
    pass,
    settled: () => pass(stack.settled()),
    get: (path, headers = {}) => ask(stack.siteUrl, path, { headers }),
    ask: (path, request) => ask(stack.siteUrl, path, request),
    revalidate: (body, options) => pass(ask(stack.functionUrl('revalidate'), '/', revalidation(body, token, options))),
    async stop() {
      await noteGrants(stack, inject('scratchFolder'));
      await stack.stop();
      await contentApi.close();
    },
  };
}

function revalidation(
  body: unknown,
  exampleToken: string,
  { token = exampleToken }: { readonly token?: string | null } = {},
): RawRequest {
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  };
}

/** Folder of the example's cloud assembly. */
export function testAssembly(): Promise<string> {
  return built('example-assembly');
}

async function exampleToken(): Promise<string> {
  const config = await readFile(join(import.meta.dirname, '../../examples/astro-blog/astro.config.mjs'), 'utf8');
  const token = /bypassToken:\s*'([^']+)'/.exec(config)?.[1];
  if (token === undefined) throw new Error("the example's astro.config.mjs has no bypassToken");
  return token;
}
