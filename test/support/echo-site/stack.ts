import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inject } from 'vitest';
import { StackClock } from '../../../lib/local/clock.ts';
import { listenLocally } from '../../../lib/local/listen-locally.ts';
import { type LocalStack, runStack } from '../../../lib/local/stack/index.ts';
import { noteGrants } from '../grants.ts';
import { contentClock, passUntil } from '../passing-time.ts';

export { TOKEN } from './token.ts';

/** Requests of the site for content, in order. Each waits until the test answers it. */
export interface ContentRequest {
  readonly path: string;
  respond(body: string, headers?: Readonly<Record<string, string>>, status?: number): void;
}

export interface EchoStack {
  readonly stack: LocalStack;
  /** All that came so far; `next` waits for the one after those that were taken by `next`. */
  readonly requests: readonly ContentRequest[];
  next(): Promise<ContentRequest>;
  /** Lets time pass until the promise settles, whenever nothing goes on but what sleeps. */
  pass<Result>(promise: Promise<Result>): Promise<Result>;
  /** Lets time pass until nothing works any more, but for messages that wait for another try. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** Runs an assembly of the echo site, on a clock that stands: time passes when the test says so. `calm`: one edge location, and all takes effect at once. */
export async function startEchoStack(assembly: string, dataDirectory?: string, calm = true): Promise<EchoStack> {
  const clock = new StackClock('standing');
  const { hold } = contentClock(clock);
  const requests: ContentRequest[] = [];
  const waiting: ((request: ContentRequest) => void)[] = [];
  let taken = 0;
  const content = await listen((path, response) => {
    const goOn = hold();
    // Also when its client has given up.
    response.once('close', goOn);
    const request = { path, respond: respondWith(response, goOn) };
    requests.push(request);
    waiting.shift()?.(request);
  });
  const ContentApiUrl = `http://127.0.0.1:${(content.address() as AddressInfo).port}`;
  const stack = await runStack({ assembly, parameters: { ContentApiUrl }, dataDirectory, clock, calm });
  const pass: EchoStack['pass'] = (promise) => passUntil(stack, promise);
  return {
    stack,
    requests,
    next() {
      const request = requests[taken];
      taken += 1;
      return request === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(request);
    },
    pass,
    settled: () => pass(stack.settled()),
    async stop() {
      await noteGrants(stack, inject('scratchFolder'));
      await stack.stop();
      content.closeAllConnections();
      content.close();
    },
  };
}

function respondWith(response: ServerResponse, goOn: () => void): ContentRequest['respond'] {
  return (body, headers = {}, status = 200) => {
    goOn();
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body);
  };
}

async function listen(onRequest: (path: string, response: ServerResponse) => void): Promise<Server> {
  const server = createServer((request, response) => onRequest(request.url ?? '', response));
  await listenLocally(server);
  return server;
}
