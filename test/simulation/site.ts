import type { SiteContext, SiteFetch } from '../../lib/core/site.ts';
import type { Cms } from './cms.ts';
import type { Random } from './random.ts';

export type PageState = 'normal' | 'redirect' | 'binary' | 'gone' | 'private' | 'failing';

export interface SitePage {
  readonly path: string;
  /** Query strings that make pages of their own; the empty one is always among them. */
  readonly queries: readonly string[];
  /** Numbers of the contents that it shows. */
  readonly contents: readonly number[];
  readonly tags: readonly string[];
  readonly expiration: number | false;
  readonly staleLimit: number | undefined;
  state: PageState;
}

/** By content of a page, the version that an answer shows. */
export type Versions = readonly number[];

/** What an answer tells about itself, whatever way it went. */
export interface Shown {
  readonly deployment: string;
  readonly state: PageState;
  readonly versions: Versions;
}

/** In answers that must not be stored. */
export const MARKS = { private: 'PRIVATE', failed: 'FAILED', draft: 'DRAFT' };

export interface RenderFaults {
  /** Milliseconds until the content is read, and from then until the answer. */
  delays(): readonly [before: number, after: number];
  outcome(): 'answer' | 'throw' | 'error-page' | 'hang';
  /** Whether the location of the CMS's CDN that is asked has each edit already. */
  isEarly(): boolean;
}

export interface RenderWatch {
  began(page: SitePage, request: Request): void;
  ended(page: SitePage, request: Request, outcome: 'answer' | 'failed'): void;
}

/** A site over a CMS. */
export class Site {
  readonly pages: readonly SitePage[];
  readonly #cms: Cms;

  constructor(pages: readonly SitePage[], cms: Cms) {
    this.pages = pages;
    this.#cms = cms;
  }

  pageOf(path: string): SitePage | undefined {
    return this.pages.find((page) => page.path === path);
  }

  /** What a render shows at least. */
  versionsOf({ contents }: SitePage): Versions {
    return this.#cms.deliveredOf(contents);
  }

  /** The server of one build. `sleep`: of the sandbox that it runs in. */
  fetchOf(
    deployment: string,
    sleep: (milliseconds: number) => Promise<void>,
    faults: RenderFaults,
    watch: RenderWatch,
  ): SiteFetch {
    return async (request, context) => {
      const path = pathOf(request.url);
      if (context.kind === 'live') return this.#live(request, context);
      const page = this.pageOf(path);
      if (page === undefined) return responseOf(404, { 'content-type': 'text/html' }, 'nothing here');
      watch.began(page, request);
      let isAnswered = false;
      try {
        const response = await this.#render(page, deployment, request, context, sleep, faults);
        isAnswered = response.status < 500;
        return response;
      } finally {
        watch.ended(page, request, isAnswered ? 'answer' : 'failed');
      }
    };
  }

  async #render(
    page: SitePage,
    deployment: string,
    request: Request,
    context: SiteContext,
    sleep: (milliseconds: number) => Promise<void>,
    faults: RenderFaults,
  ): Promise<Response> {
    const [before, after] = faults.delays();
    const outcome = faults.outcome();
    await sleep(before);
    const { state } = page;
    const versions = faults.isEarly() ? this.#cms.savedOf(page.contents) : this.versionsOf(page);
    const shown = `d=${deployment} s=${state} v=${versions.join('.')} `;
    await sleep(outcome === 'hang' ? 86_400_000 : after);
    if (outcome === 'throw') throw new Error(`${MARKS.failed} render`);
    if (outcome === 'error-page' || state === 'failing') return responseOf(503, {}, `${MARKS.failed} ${shown}`);
    context.onCacheHint?.(
      page.expiration === false
        ? { tags: page.tags }
        : {
            maxAge: page.expiration,
            ...(page.staleLimit === undefined ? {} : { swr: page.staleLimit }),
            tags: page.tags,
          },
    );
    if (request.headers.has('cookie'))
      return responseOf(200, { 'content-type': 'text/html' }, `${MARKS.draft} ${shown}`);
    return answerOf(state, shown);
  }

  /** `POST` with what it invalidates in the path: `/api/<tag>`. */
  async #live(request: Request, context: SiteContext): Promise<Response> {
    const tag = decodeURIComponent(pathOf(request.url).split('/')[2] ?? '');
    await context.revalidate?.({ tags: [tag] });
    return responseOf(200, { 'content-type': 'text/plain' }, 'saved');
  }
}

function answerOf(state: PageState, shown: string): Response {
  switch (state) {
    case 'redirect':
      return responseOf(301, { location: `/elsewhere?${encodeURIComponent(shown)}` }, '');
    case 'binary':
      return responseOf(200, { 'content-type': 'image/png', 'x-shown': shown }, 'the same bytes');
    case 'gone':
      return responseOf(404, { 'content-type': 'text/html' }, shown);
    case 'private':
      return responseOf(200, { 'content-type': 'text/html', 'set-cookie': 'a=b' }, `${MARKS.private} ${shown}`);
    default:
      return responseOf(200, { 'content-type': 'text/html; charset=utf-8' }, shown);
  }
}

/** What an answer shows; `undefined` for answers that are none of the site's. */
export function shownIn(headers: Readonly<Record<string, string>>, body: string): Shown | undefined {
  const text = headers['x-shown'] ?? (headers.location === undefined ? body : decodeURIComponent(headers.location));
  const match = /d=(\S+) s=(\S+) v=([\d.]+)(?: |$)/.exec(text);
  if (match === null) return undefined;
  const [, deployment = '', state, versions = ''] = match;
  return { deployment, state: state as PageState, versions: versions.split('.').map(Number) };
}

/** Whether everything in `shown` is as new as in `wanted`, or newer. */
export function isAsNewAs(shown: Versions, wanted: Versions): boolean {
  return wanted.every((version, i) => (shown[i] ?? 0) >= version);
}

/** The site's time is spent by the simulation, and a real Response would cost more than all of the rest. */
function responseOf(status: number, headers: Readonly<Record<string, string>>, body: string): Response {
  const bytes = Buffer.from(body);
  const response = {
    status,
    headers: new Headers(headers),
    body: null,
    text: async () => body,
    arrayBuffer: async () => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
  };
  return response as unknown as Response;
}

function pathOf(url: string): string {
  const path = new URL(url).pathname;
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

const MANY = 60;

export function createPages(random: Random): { readonly pages: SitePage[]; readonly contents: number } {
  const expirations = [false, 5, 60, 600, 3600] as const;
  const define = (
    path: string,
    contents: readonly number[],
    state: PageState,
    more: Partial<SitePage> = {},
  ): SitePage => ({
    path,
    queries: [''],
    contents,
    tags: contents.map((content) => `content:${content}`),
    expiration: random.pick(expirations),
    staleLimit: random.chance(0.3) ? random.pick([0, 10, 120]) : undefined,
    state,
    ...more,
  });
  const many = Array.from({ length: MANY }, (_, i) => `topic:${i}`);
  const all = [
    define('/', [0, 1], 'normal'),
    define('/blog/a', [0, 2], 'normal'),
    define('/blog/b', [1, 3], 'normal', { queries: ['', 'page=2'] }),
    define('/go', [4], 'redirect'),
    define('/og.png', [1, 5], 'binary'),
    define('/many', [0, 6], 'normal', { tags: ['content:6', ...many, 'content:0'] }),
  ];
  const count = random.between(1, all.length);
  const first = random.below(all.length);
  const pages = Array.from({ length: count }, (_, i) => all[(first + i) % all.length] as SitePage);
  // What must cost the same for one page and for many has to meet many.
  if (random.fork('size').chance(0.05)) {
    for (let i = 0; i < MANY; i++) pages.push(define(`/topic/${i}`, [0], 'normal', { expiration: false }));
  }
  return { pages, contents: 7 };
}
