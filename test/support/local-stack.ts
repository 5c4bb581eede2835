import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { type ContentApi, startContentApi } from '../../examples/content-api/index.ts';
import { WATCHED_HEADERS } from '../../lib/inspector/watched-headers.ts';
import type { StackClock } from '../../lib/local/clock.ts';
import { type LocalStack, runStack } from '../../lib/local/stack/index.ts';
import { ask, type RawAnswer, type RawRequest } from './http.ts';

/** The example's stack, running for one test file, with its content under the test's control. */
export interface TestStack {
  readonly stack: LocalStack;
  readonly contentApi: ContentApi;
  readonly clock: StackClock;
  /** The token of the example's configuration. */
  readonly token: string;
  /** GET through the edge. The path is sent as it is. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<RawAnswer>;
  /** Any request through the edge. */
  ask(path: string, request: RawRequest): Promise<RawAnswer>;
  /** POST to the revalidate URL, with the right token unless `token` says otherwise; null sends none. */
  revalidate(body: unknown, options?: { readonly token?: string | null }): Promise<RawAnswer>;
  stop(): Promise<void>;
}

export interface TestStackOptions {
  /** Keeps buckets and secrets there for a second start. @default in memory */
  readonly dataDirectory?: string;
}

/** Starts the example in memory on free ports. The first call of a test run builds it. */
export async function startTestStack(options: TestStackOptions = {}): Promise<TestStack> {
  const assembly = await testAssembly();
  const contentApi = await startContentApi({ port: 0 });
  const parameters = { ContentApiUrl: contentApi.url };
  const stack = await runStack({ assembly, parameters, watchedHeaders: WATCHED_HEADERS, ...options }).catch(
    async (error: unknown) => {
      await contentApi.close();
      throw error;
    },
  );
  const token = await exampleToken();
  return {
    stack,
    contentApi,
    clock: stack.clock,
    token,
    get: (path, headers = {}) => ask(stack.siteUrl, path, { headers }),
    ask: (path, request) => ask(stack.siteUrl, path, request),
    revalidate: (body, { token: given = token } = {}) =>
      ask(stack.functionUrl('revalidate'), '/', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(given === null ? {} : { authorization: `Bearer ${given}` }),
        },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    async stop() {
      await stack.stop();
      await contentApi.close();
    },
  };
}

/** Folder of the example's cloud assembly. */
export async function testAssembly(): Promise<string> {
  const response = await fetch(inject('testAssemblyUrl'));
  const { directory, error } = (await response.json()) as { directory?: string; error?: string };
  if (directory === undefined) throw new Error(`cannot build the example for the tests: ${error}`);
  return directory;
}

async function exampleToken(): Promise<string> {
  const config = await readFile(join(import.meta.dirname, '../../examples/astro-blog/astro.config.mjs'), 'utf8');
  const token = /bypassToken:\s*'([^']+)'/.exec(config)?.[1];
  if (token === undefined) throw new Error("the example's astro.config.mjs has no bypassToken");
  return token;
}
