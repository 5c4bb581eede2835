import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join, posix } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { CreatePreviewServer } from 'astro';
import { reasonOf } from '../basics/errors.ts';
import { percentDecode } from '../basics/percent-encoding.ts';
import { contentTypeOf } from '../build/content-type.ts';
import { type Build, readBuild } from '../build/read-build.ts';
import {
  compileRoutePattern,
  isNotFoundPage,
  livePatternsOf,
  type RoutePattern,
  withoutBase,
} from '../build/route-pattern.ts';
import type { SessionStore, SiteFetch } from '../core/site.ts';

interface Site {
  readonly build: Build;
  readonly fetch: SiteFetch;
  readonly live: readonly RoutePattern[];
  readonly sessions: SessionStore;
}

interface StaticFile {
  readonly path: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

const HOST = '127.0.0.1';
// An endpoint tells the stack by it what to revalidate. It holds a token, so no viewer may get it.
const TOKEN_HEADER = 'x-prerender-revalidate';

/** `astro preview`: serves the files and the server of `.isr/` without any caching. `isr local` runs the whole stack. */
export const createPreviewServer: CreatePreviewServer = async ({ root, host: wanted, port, base, logger }) => {
  // Astro's default is `localhost`, which on some machines is only ::1.
  const host = wanted === undefined || wanted === 'localhost' ? HOST : wanted;
  const site = await loadSite(fileURLToPath(root));
  const server = createServer((request, response) => {
    respond(site, request, response).catch((error: unknown) => {
      logger.error(`${request.method} ${request.url}: ${reasonOf(error)}`);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const address = server.address();
  const actualPort = typeof address === 'object' && address !== null ? address.port : port;
  logger.info(`preview without caching on http://${host}:${actualPort}${base}`);
  return {
    host,
    port: actualPort,
    closed: () => closed,
    async stop() {
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

// biome-ignore lint/style/noDefaultExport: Astro imports a preview entrypoint's default export.
export default createPreviewServer;

async function loadSite(root: string): Promise<Site> {
  const build = readBuild(root);
  const module: { readonly fetch: SiteFetch } = await import(
    pathToFileURL(join(build.serverDirectory, 'index.mjs')).href
  );
  return {
    build,
    fetch: module.fetch,
    live: livePatternsOf(build.manifest).map(compileRoutePattern),
    sessions: memorySessions(),
  };
}

/** For as long as the preview runs. */
function memorySessions(): SessionStore {
  const sessions = new Map<string, string>();
  return {
    read: async (id) => sessions.get(id),
    write: async (id, data) => void sessions.set(id, data),
    remove: async (id) => void sessions.delete(id),
  };
}

async function respond(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? HOST}`);
  const file = isRead(request) ? findFile(site.build, url.pathname) : undefined;
  if (file !== undefined) {
    response.writeHead(file.status, file.headers);
    if (request.method === 'HEAD') return void response.end();
    return pipeline(createReadStream(file.path), response);
  }
  const path = percentDecode(url.pathname) ?? '/';
  const made = await site.fetch(requestFrom(request, url), {
    kind: isRead(request) && !site.live.some((route) => route.match(path)) ? 'page' : 'live',
    clientAddress: request.socket.remoteAddress ?? HOST,
    // Nothing is stored, so there is nothing to revalidate.
    revalidate: async () => {},
    sessions: site.sessions,
  });
  response.writeHead(made.status, headersOf(made));
  if (made.body === null) response.end();
  else await pipeline(Readable.fromWeb(made.body), response);
}

function isRead(request: IncomingMessage): boolean {
  return request.method === 'GET' || request.method === 'HEAD';
}

function findFile({ manifest, clientDirectory }: Build, pathname: string): StaticFile | undefined {
  const path = percentDecode(pathname);
  if (path === undefined) return undefined;
  const trimmed = path === '/' ? path : path.replace(/\/$/, '');
  const page = manifest.prerendered.find((candidate) => candidate.path === trimmed);
  if (page !== undefined) {
    const status = isNotFoundPage(page.file) ? 404 : 200;
    return { path: join(clientDirectory, page.file), status, headers: page.headers };
  }
  const wanted = withoutBase(manifest.base, path)?.slice(1);
  if (wanted === undefined) return undefined;
  const name = [wanted, posix.join(wanted, 'index.html')].find((each) => manifest.files.includes(each));
  if (name === undefined) return undefined;
  const file = join(clientDirectory, name);
  if (!existsSync(file)) return undefined;
  const headers = { 'content-type': contentTypeOf(name), 'content-length': String(statSync(file).size) };
  return { path: file, status: 200, headers };
}

function requestFrom(request: IncomingMessage, url: URL): Request {
  const headers = Object.entries(request.headersDistinct).flatMap(([name, values]) =>
    (values ?? []).map((value): [string, string] => [name, value]),
  );
  if (isRead(request)) return new Request(url, { method: request.method ?? 'GET', headers });
  const body = Readable.toWeb(request);
  return new Request(url, { method: request.method ?? 'POST', headers, body, duplex: 'half' });
}

function headersOf(response: Response): Record<string, string | string[]> {
  const { [TOKEN_HEADER]: _, ...headers } = Object.fromEntries(response.headers);
  const cookies = response.headers.getSetCookie();
  return { ...headers, ...(cookies.length === 0 ? {} : { 'set-cookie': cookies }) };
}
