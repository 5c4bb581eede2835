import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { reasonOf } from '../basics/errors.ts';
import type { LocalStack } from '../local/stack/index.ts';
import { listen } from '../local/stack/listen.ts';
import { StackView } from './stack-view.ts';

export interface InspectorOptions {
  readonly stack: LocalStack;
  /** 0 stands for any free port. */
  readonly port: number;
}

export interface Inspector {
  readonly url: string;
  stop(): Promise<void>;
}

const FILES: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  '/': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/app.js': { file: 'app.js', type: 'text/javascript; charset=utf-8' },
  '/feed.js': { file: 'feed.js', type: 'text/javascript; charset=utf-8' },
  '/style.css': { file: 'style.css', type: 'text/css; charset=utf-8' },
};
const MAXIMUM_MOVE_MS = 366 * 24 * 3_600_000;
/** How many past events a page gets when it opens. */
const HISTORY = 300;

/** Serves a page that shows what happens in a local stack, and that can move its clock. */
export async function startInspector({ stack, port }: InspectorOptions): Promise<Inspector> {
  const view = new StackView(stack);
  const wanted = { port, purpose: 'the inspector', flag: '--inspector-port' };
  const listening = await listen(wanted, (request, response) => {
    respond(request, response, stack, view).catch((error: unknown) =>
      sendJson(response, 500, { error: reasonOf(error) }),
    );
  });
  return { url: listening.url, stop: listening.stop };
}

async function respond(request: IncomingMessage, response: ServerResponse, stack: LocalStack, view: StackView) {
  // DNS rebinding: with a name that resolves to this machine, any web page could read and control the stack.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '')) {
    return sendJson(response, 421, { error: 'ask for 127.0.0.1 or localhost' });
  }
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  if (request.method === 'POST' && path === '/clock') return moveClock(request, response, stack);
  if (request.method !== 'GET') return sendJson(response, 405, { error: `${request.method} is not possible here` });
  if (path === '/state') return sendJson(response, 200, await view.read());
  if (path === '/clock') return sendJson(response, 200, { stackName: stack.stackName, ...timeOf(stack) });
  if (path === '/events') return streamEvents(response, stack);
  const page = FILES[path];
  if (page === undefined) return sendJson(response, 404, { error: `there is no ${path}` });
  const content = await readFile(new URL(`./page/${page.file}`, import.meta.url));
  return response.writeHead(200, { 'content-type': page.type, 'cache-control': 'no-store' }).end(content);
}

async function moveClock(request: IncomingMessage, response: ServerResponse, stack: LocalStack): Promise<unknown> {
  // A form on another site cannot send this content type.
  if (request.headers['content-type'] !== 'application/json') {
    return sendJson(response, 415, { error: 'send application/json' });
  }
  const milliseconds: unknown = parseMove(await text(request));
  if (typeof milliseconds !== 'number' || !(milliseconds > 0 && milliseconds <= MAXIMUM_MOVE_MS)) {
    return sendJson(response, 400, { error: 'send {"milliseconds": n} with n from 1 to one year' });
  }
  stack.clock.advance(milliseconds);
  return sendJson(response, 200, timeOf(stack));
}

function timeOf({ clock }: LocalStack) {
  return { now: clock.now(), offsetMilliseconds: clock.offset };
}

function parseMove(body: string): unknown {
  try {
    return (JSON.parse(body) as { milliseconds?: unknown } | null)?.milliseconds;
  } catch {
    return undefined;
  }
}

function streamEvents(response: ServerResponse, stack: LocalStack): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const send = (event: unknown) => response.write(`data: ${JSON.stringify(event)}\n\n`);
  response.write('retry: 1000\n\n');
  for (const event of stack.events.all().slice(-HISTORY)) send(event);
  response.on('close', stack.events.subscribe(send));
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
