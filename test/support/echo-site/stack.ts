import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buildFetchHandler } from '../../../lib/build/fetch-handler.ts';
import { type LocalStack, runStack } from '../../../lib/local/stack/index.ts';
import { ROOT, synthesize } from '../../../scripts/build-steps.ts';
import { testAssembly } from '../local-stack.ts';

export const TOKEN = 'a-token-of-this-test-0123456789abcdef';

/** Requests of the site for content, in order. Each waits until the test answers it. */
export interface ContentRequest {
  readonly path: string;
  answer(body: string, headers?: Readonly<Record<string, string>>, status?: number): void;
}

export interface EchoStack {
  readonly stack: LocalStack;
  /** All that came so far; `next` waits for the one after those that were taken by `next`. */
  readonly requests: readonly ContentRequest[];
  next(): Promise<ContentRequest>;
  stop(): Promise<void>;
}

/** Builds the echo site into `.test/<name>` and synthesizes it. */
export async function buildEchoSite(name: string, version = 'one'): Promise<string> {
  // The library that the synth needs is built with the example's assembly.
  await testAssembly();
  const project = join(ROOT, '.test', name, version);
  await buildFetchHandler({
    root: project,
    entry: join(import.meta.dirname, 'site.ts'),
    isr: { expiration: 60, bypassToken: TOKEN, allowQuery: ['page'] },
    live: ['/live/[...path]', ...(version === 'one' ? [] : [`/${version}`])],
  });
  const assembly = join(project, 'cdk.out');
  await synthesize(project, assembly, { stamps: project });
  return assembly;
}

export async function startEchoStack(assembly: string, dataDirectory?: string): Promise<EchoStack> {
  const requests: ContentRequest[] = [];
  const waiting: ((request: ContentRequest) => void)[] = [];
  let taken = 0;
  const content = await listen((path, response) => {
    const request = { path, answer: answerWith(response) };
    requests.push(request);
    waiting.shift()?.(request);
  });
  const ContentApiUrl = `http://127.0.0.1:${(content.address() as AddressInfo).port}`;
  const stack = await runStack({ assembly, parameters: { ContentApiUrl }, dataDirectory });
  return {
    stack,
    requests,
    next() {
      const request = requests[taken];
      taken += 1;
      return request === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(request);
    },
    async stop() {
      await stack.stop();
      content.closeAllConnections();
      content.close();
    },
  };
}

function answerWith(response: ServerResponse): ContentRequest['answer'] {
  return (body, headers = {}, status = 200) => {
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body);
  };
}

function listen(onRequest: (path: string, response: ServerResponse) => void): Promise<Server> {
  const server = createServer((request, response) => onRequest(request.url ?? '', response));
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
