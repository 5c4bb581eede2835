import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Edits } from './edits.ts';
import { loadPosts, type Post } from './posts.ts';

export interface ContentApiOptions {
  /** 0 for any free port. */
  readonly port: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /**
   * Where edits are kept for the next start.
   *
   * @default in memory
   */
  readonly editsFile?: string;
  /** For reads that are delayed or held. @default the machine's */
  readonly clock?: ContentClock;
}

/** What a read waits by. */
export interface ContentClock {
  sleep(milliseconds: number): Promise<void>;
  /** Told when a read is held; the function that it returns, when the read goes on. */
  hold(): () => void;
}

const MACHINE_CLOCK: ContentClock = { sleep: (milliseconds) => delay(milliseconds), hold: () => () => {} };

interface ContentResponse {
  readonly status: number;
  readonly body: unknown;
}

const MAX_BODY_BYTES = 1024 * 1024;
const EDITABLE = ['title', 'summary', 'body'] as const;
const POST_PATH = /^\/posts\/([^/]+)$/;

/**
 * A little headless CMS: GET /posts, GET /posts/<slug>, PUT /posts/<slug> with a JSON object of `title`, `summary` and
 * `body`. What only tests need is on the object, not in the HTTP interface.
 */
export class ContentApi {
  readonly #posts = loadPosts();
  readonly #edits: Edits;
  readonly #clock: ContentClock;
  readonly #reads = new Map<string, number>();
  readonly #delays = new Map<string, number>();
  readonly #gates = new Map<string, Promise<void>>();
  readonly #server: Server;
  #isFailing = false;

  private constructor(edits: Edits, clock: ContentClock) {
    this.#edits = edits;
    this.#clock = clock;
    for (const [slug, post] of edits.posts) this.#posts.set(slug, post);
    this.#server = createServer((request, response) => {
      this.#respond(request).then(
        (content) => send(response, content),
        (error: unknown) => send(response, { status: 500, body: { error: String(error) } }),
      );
    });
  }

  static async start(options: ContentApiOptions): Promise<ContentApi> {
    const { port, host = '127.0.0.1', editsFile, clock = MACHINE_CLOCK } = options;
    const api = new ContentApi(new Edits(editsFile), clock);
    // A client ends its connections, this server none: it might do so under a request.
    api.#server.keepAliveTimeout = 0;
    await new Promise<void>((resolve, reject) => {
      api.#server.once('error', reject).listen(port, host, resolve);
    });
    return api;
  }

  /** `http://127.0.0.1:4403`: what the site gets as CONTENT_API_URL. */
  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the content API is closed');
    return `http://${address.address}:${address.port}`;
  }

  get slugs(): readonly string[] {
    return [...this.#posts.keys()];
  }

  /** How often a post was asked for; without a slug, the list of posts. */
  reads(slug = ''): number {
    return this.#reads.get(slug) ?? 0;
  }

  forgetReads(): void {
    this.#reads.clear();
  }

  /** Answers 503 to each read until it is told otherwise. */
  fail(isFailing = true): void {
    this.#isFailing = isFailing;
  }

  /** Lets each read of a post take so long; 0 ends it. */
  delay(slug: string, milliseconds: number): void {
    this.#delays.set(slug, milliseconds);
  }

  /** Keeps reads of a post waiting until the returned function is called. */
  hold(slug: string): () => void {
    const gate = Promise.withResolvers<void>();
    this.#gates.set(slug, gate.promise);
    return () => {
      this.#gates.delete(slug);
      gate.resolve();
    };
  }

  /** What PUT does. Undefined when there is no such post. */
  edit(slug: string, changes: Partial<Pick<Post, (typeof EDITABLE)[number]>>): Post | undefined {
    const post = this.#posts.get(slug);
    if (post === undefined) return undefined;
    const edited: Post = { ...post, ...changes, updatedAt: new Date().toISOString() };
    this.#posts.set(slug, edited);
    this.#edits.keep(edited);
    return edited;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #respond(request: IncomingMessage): Promise<ContentResponse> {
    const path = new URL(request.url ?? '/', 'http://content').pathname;
    const slug = decodeURIComponent(POST_PATH.exec(path)?.[1] ?? '');
    if (path !== '/posts' && slug === '') return notFound(path);
    if (request.method === 'GET' || request.method === 'HEAD') return this.#read(slug);
    if (request.method === 'PUT' && slug !== '') return this.#put(slug, await readBody(request));
    return { status: 405, body: { error: `${request.method} is not possible here; use GET, or PUT /posts/<slug>` } };
  }

  async #read(slug: string): Promise<ContentResponse> {
    this.#reads.set(slug, this.reads(slug) + 1);
    const content = this.#respondNow(slug);
    await this.#wait(slug);
    return content;
  }

  /** As it is when the read comes: one that is delayed or held gives what was there before an edit. */
  #respondNow(slug: string): ContentResponse {
    if (this.#isFailing) return { status: 503, body: { error: 'the content API was told to fail' } };
    if (slug === '') return { status: 200, body: [...this.#posts.values()].map(({ body: _, ...summary }) => summary) };
    const post = this.#posts.get(slug);
    return post === undefined ? notFound(`post '${slug}'`) : { status: 200, body: post };
  }

  async #wait(slug: string): Promise<void> {
    const gate = this.#gates.get(slug);
    if (gate !== undefined) {
      const goOn = this.#clock.hold();
      await gate;
      goOn();
    }
    const milliseconds = this.#delays.get(slug) ?? 0;
    if (milliseconds > 0) await this.#clock.sleep(milliseconds);
  }

  #put(slug: string, body: string): ContentResponse {
    const changes = parseChanges(body);
    if (typeof changes === 'string') return { status: 400, body: { error: changes } };
    const edited = this.edit(slug, changes);
    return edited === undefined ? notFound(`post '${slug}'`) : { status: 200, body: edited };
  }
}

export function startContentApi(options: ContentApiOptions): Promise<ContentApi> {
  return ContentApi.start(options);
}

/** The fields to change, or what is wrong with them. */
function parseChanges(body: string): Record<string, string> | string {
  let fields: unknown;
  try {
    fields = JSON.parse(body);
  } catch {
    return 'the body is not JSON';
  }
  if (typeof fields !== 'object' || fields === null) return 'the body must be a JSON object';
  const entries = Object.entries(fields);
  const faulty = entries.find(
    ([name, value]) => !EDITABLE.some((known) => known === name) || typeof value !== 'string',
  );
  if (faulty !== undefined) return `'${faulty[0]}' cannot be set; the fields are ${EDITABLE.join(', ')}, each a string`;
  return Object.fromEntries(entries);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error('the body is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, { status, body }: ContentResponse): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(`${JSON.stringify(body)}\n`);
}

function notFound(what: string): ContentResponse {
  return { status: 404, body: { error: `there is no ${what}` } };
}
