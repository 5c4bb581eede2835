import type { Bucket } from '../aws/bucket.ts';
import type { Invocation } from '../aws/lambda.ts';
import type { Scheduler } from '../scheduler.ts';
import type { SitePage } from '../site.ts';
import type { Fault, Weather } from '../weather.ts';
import type { Checker } from './revalidation-checks.ts';
import type { StoreChecks } from './store-checks.ts';
import { factsOf } from './stored-page.ts';

/** Faults that put a page out of date, or clocks apart, in ways that a look at the bucket does not show. */
const CLOUDING: readonly Fault[] = [
  'clocks-are-skewed',
  'ledger-is-lost',
  'ledger-is-restored',
  'objects-are-corrupted',
  'deployments',
];
/** Faults that make renders meet, which is right then. */
const CROWDING: readonly Fault[] = [
  ...CLOUDING,
  's3-refuses',
  's3-loses-answers',
  's3-is-slow',
  'sandboxes-crash',
  'sandboxes-freeze',
  'renders-are-slow',
  'renders-hang',
  'pages-change-state',
];
/** Longer than a request may take. */
const MARGIN_MS = 40_000;
const MOST_AT_ONCE = 2;

/** Whether a page was fresh when something began; `undefined`: nobody can tell. */
export type Certainty = { readonly path: string; readonly revalidations: number } | undefined;

/** Holds what rendering costs against the guarantees. */
export class RenderChecks {
  readonly #running = new Map<string, number>();
  readonly #checker: Checker;
  readonly #scheduler: Scheduler;
  readonly #bucket: () => Bucket;
  readonly #store: StoreChecks;
  readonly #isClouded: boolean;
  readonly #isCrowded: boolean;
  #ledgerWrites = 0;
  /** By path: how often a revalidation began or ended, and when it last did. */
  readonly #moves = new Map<string, { readonly count: number; readonly at: number }>();

  constructor(
    checker: Checker,
    options: {
      readonly scheduler: Scheduler;
      readonly bucket: () => Bucket;
      readonly store: StoreChecks;
      readonly weather: Weather;
    },
  ) {
    this.#checker = checker;
    this.#scheduler = options.scheduler;
    this.#bucket = options.bucket;
    this.#store = options.store;
    this.#isClouded = CLOUDING.some((fault) => options.weather.is(fault));
    this.#isCrowded = CROWDING.some((fault) => options.weather.is(fault));
  }

  revalidationMoved(pages: readonly SitePage[]): void {
    for (const { path } of pages) {
      const moves = this.#moves.get(path)?.count ?? 0;
      this.#moves.set(path, { count: moves + 1, at: this.#scheduler.now });
    }
  }

  /** A revalidation takes effect somewhere between its beginning and its end. */
  ledgerWritten(): void {
    this.#ledgerWrites++;
  }

  #revalidationsOf(path: string): number {
    return this.#ledgerWrites + (this.#moves.get(path)?.count ?? 0);
  }

  certainty(path: string, key: string): Certainty {
    const object = this.#bucket().objects.get(key);
    const facts = object === undefined ? undefined : factsOf(object, this.#bucket());
    if (this.#isClouded || facts === undefined || facts.retryAt !== undefined) return undefined;
    const { now } = this.#scheduler;
    const writtenAt = this.#store.writtenAt.get(key) ?? now;
    const { at } = this.#moves.get(path) ?? { at: 0 };
    // The ledger was read a while before the render began, unless nothing has come into it since.
    const isUntouched = facts.ledgerSequence === this.#ledgerSequence() || at <= facts.renderedAt - MARGIN_MS;
    if (writtenAt > now - MARGIN_MS || !isUntouched) return undefined;
    const isFresh = facts.expiration === false || facts.renderedAt + facts.expiration * 1000 > now + MARGIN_MS;
    return isFresh ? { path, revalidations: this.#revalidationsOf(path) } : undefined;
  }

  #ledgerSequence(): number | undefined {
    const ledger = this.#bucket().objects.get('_isr/ledger.json');
    return ledger === undefined ? undefined : (JSON.parse(ledger.body.toString()) as { sequence: number }).sequence;
  }

  answered(key: string, certainty: Certainty, invocation: Invocation<unknown>): void {
    if (certainty === undefined || 'error' in invocation) return;
    if (certainty.revalidations !== this.#revalidationsOf(certainty.path)) return;
    const { renders, messages } = invocation.costs;
    if (renders + messages === 0) return;
    this.#checker.violate(1, `${key} was fresh, and asking for it cost ${renders} renders and ${messages} messages`);
  }

  began(page: SitePage, request: Request, where: { readonly deployment: string; readonly function: string }): void {
    this.#checkInput(page, request);
    if (request.headers.has('cookie')) return;
    const { pathname, search } = new URL(request.url);
    const id = `${where.deployment} ${pathname}${search}`;
    const running = (this.#running.get(id) ?? 0) + 1;
    this.#running.set(id, running);
    if (!this.#isCrowded && running > MOST_AT_ONCE) {
      this.#checker.violate(3, `${running} renders of ${id} run at the same time`);
    }
    const key = `deployments/${where.deployment}${page.path === '/' ? '' : page.path}/index.html`;
    if (where.function === 'render' && search === '' && this.certainty(page.path, key) !== undefined) {
      this.#checker.violate(2, `a job renders ${key}, which is fresh`);
    }
  }

  ended(request: Request, deployment: string): void {
    if (request.headers.has('cookie')) return;
    const { pathname, search } = new URL(request.url);
    const id = `${deployment} ${pathname}${search}`;
    this.#running.set(id, Math.max(0, (this.#running.get(id) ?? 0) - 1));
  }

  /** Of the viewer's request, only the page's name may get to the site. */
  #checkInput(page: SitePage, { url, headers }: Request): void {
    const names = [...headers.keys()].filter((name) => name !== 'accept' && name !== 'cookie');
    const query = new URL(url).search.slice(1);
    if (names.length > 0) this.#checker.violate(6, `the site was told ${names.join(', ')} of a viewer`);
    if (!page.queries.includes(query)) this.#checker.violate(6, `the site was asked for ${url}`);
  }
}
