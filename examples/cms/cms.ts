import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { deliver } from './webhook.ts';

export interface CmsOptions {
  /** 0 for any free port. */
  readonly port: number;
  /** Where the posts are kept. */
  readonly contentApiUrl: string;
  /** Where readers see them. */
  readonly siteUrl: string;
  /** `<revalidate URL>/webhooks/<name>`: what is told of a change. */
  readonly webhookUrl: string;
  readonly webhookSecret: string;
  /**
   * Epoch milliseconds: the receiver refuses messages that are not of its time.
   *
   * @default Date.now
   */
  readonly now?: () => number;
}

export interface Cms {
  readonly url: string;
  close(): Promise<void>;
}

interface CmsResponse {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
}

const HTML = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';
const FILES: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  '/': { file: 'page/index.html', type: HTML },
  '/app.js': { file: 'page/app.js', type: 'text/javascript; charset=utf-8' },
  '/outcome.js': { file: 'page/outcome.js', type: 'text/javascript; charset=utf-8' },
  '/style.css': { file: 'page/style.css', type: 'text/css; charset=utf-8' },
  '/favicon.svg': { file: '../astro-blog/public/favicon.svg', type: 'image/svg+xml' },
};
const POST_PATH = /^\/posts\/([^/]+)(\/publish)?$/;

/** An editor for the posts of a content API. Saving is one thing, telling the site another: `POST …/publish`. */
export async function startCms(options: CmsOptions): Promise<Cms> {
  const server = createServer((request, response) => {
    respond(request, options)
      .catch((error: unknown) => json(502, { error: reasonOf(error) }))
      .then(({ status, type, body }) => {
        response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => close(server) };
}

async function respond(request: IncomingMessage, options: CmsOptions): Promise<CmsResponse> {
  const { method = 'GET', headers } = request;
  // A name that resolves to this machine (DNS rebinding) would let any web page edit the posts.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '')) {
    return json(421, { error: 'ask for 127.0.0.1 or localhost' });
  }
  const path = (request.url ?? '/').replace(/\?.*/s, '');
  if (method === 'GET') return read(path, options);
  // Which a form of another site cannot send.
  if (headers['content-type'] !== 'application/json') return json(415, { error: 'send application/json' });
  const [, slug, publish] = POST_PATH.exec(path) ?? [];
  if (slug === undefined) return json(404, { error: `there is no ${path}` });
  if (method === 'PUT' && publish === undefined) return forward(`/posts/${slug}`, options, await text(request));
  if (method === 'POST' && publish !== undefined) return announce(decodeURIComponent(slug), options);
  return json(405, { error: `${method} ${path} is not possible` });
}

async function read(path: string, options: CmsOptions): Promise<CmsResponse> {
  const page = FILES[path];
  if (page !== undefined) {
    return { status: 200, type: page.type, body: await readFile(new URL(page.file, import.meta.url)) };
  }
  if (path === '/site') return json(200, { siteUrl: options.siteUrl, webhookUrl: options.webhookUrl });
  if (path === '/posts' || POST_PATH.test(path)) return forward(path, options);
  return json(404, { error: `there is no ${path}` });
}

/** Asks the content API, or has it store `changes`. */
async function forward(path: string, { contentApiUrl }: CmsOptions, changes?: string): Promise<CmsResponse> {
  const url = new URL(path, contentApiUrl);
  const response = await fetch(url, changes === undefined ? {} : { method: 'PUT', body: changes });
  return { status: response.status, type: JSON_TYPE, body: await response.text() };
}

async function announce(slug: string, { webhookUrl, webhookSecret, now = Date.now }: CmsOptions): Promise<CmsResponse> {
  const change = { event: 'update', type: 'post', id: slug, slug } as const;
  return json(200, await deliver(change, { url: webhookUrl, secret: webhookSecret, now }));
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

function json(status: number, body: unknown): CmsResponse {
  return { status, type: JSON_TYPE, body: JSON.stringify(body) };
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
