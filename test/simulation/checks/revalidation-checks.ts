import { prefixesOf } from '../../../lib/core/page/path-prefixes.ts';
import { edgeTagOf, edgeTagOfPath, edgeTagOfPrefix } from '../../../lib/core/purge/edge-tags.ts';
import type { OriginAnswer } from '../aws/edge-cache.ts';
import { type EdgeAnswer, type EdgeLocation, LOCATIONS } from '../aws/edge-location.ts';
import type { Cms } from '../cms.ts';
import type { Scheduler } from '../scheduler.ts';
import { isAsNewAs, MARKS, type Shown, type Site, type SitePage, type Versions } from '../site.ts';
import type { Fault, Weather } from '../weather.ts';
import { pageNameOf } from './stored-page.ts';

export interface Violation {
  /** Its number in docs/architecture.md. */
  readonly guarantee: number;
  readonly message: string;
  readonly step: number;
}

/** What was revalidated: which pages, and what a render of each showed at least when it was asked for. */
export interface Covered extends Owed {
  readonly page: SitePage;
  /** What the editors had saved by then, whether the CDN of the CMS had it or not. */
  readonly saved: Versions;
  /** Epoch milliseconds. */
  readonly askedAt: number;
}

/** What an answer has to show at least, as long as the ledger is the same. */
export interface Owed {
  readonly versions: Versions;
  readonly ledgers: number;
  /** Epoch milliseconds at which the purge of the first revalidation took effect. */
  readonly since?: number;
}

/** The deployment that the edge names to a viewer. */
interface SentTo {
  readonly deployment: string | undefined;
  /** Higher than those of all that were live before. */
  readonly generation: number;
}

/** How far the purge of a revalidation has come: `everywhere` when somebody has waited for that. */
export type PurgeState = 'queued' | 'accepted' | 'everywhere';

/** Without them no render fails, so that none may be said to have failed. */
const FAILING: readonly Fault[] = [
  'renders-fail',
  'renders-hang',
  'renders-are-slow',
  'pages-change-state',
  'sandboxes-crash',
  'sandboxes-freeze',
  's3-is-slow',
  'address-is-spoilt',
];
/** How long a copy that S3 gave may be kept, see FAIL_OVER_CACHE_CONTROL. */
const FAIL_OVER_MS = 330_000;
/** How long a copy may be kept of which serve could not know whether it is right, see UNCERTAIN_SECONDS. */
const UNCERTAIN_MS = 2000;

/** Holds what happens against the guarantees. */
export class Checker {
  violation: Violation | undefined;
  readonly #scheduler: Scheduler;
  readonly #site: Site;
  readonly #cms: Cms;
  readonly #purgedAtOf: (location: string) => number;
  readonly #mayFail: boolean;
  readonly #mayLoseTags: boolean;
  /** By location and path: the first revalidation whose purge has taken effect. */
  readonly #purgedAt = new Map<string, number>();
  /** By path: what every answer of serve has to show. */
  readonly #owedByServe = new Map<string, Versions>();
  /** By deployment and path: what S3 has to hold. */
  readonly #owedByS3 = new Map<string, Versions>();
  /** By location and path: what every copy has to show. */
  readonly #owedByEdge = new Map<string, Versions>();
  readonly #generations = new Map<string, number>();
  #ledgers = 0;

  constructor(scheduler: Scheduler, site: Site, cms: Cms, weather: Weather, purgedAtOf: (location: string) => number) {
    this.#purgedAtOf = purgedAtOf;
    this.#scheduler = scheduler;
    this.#site = site;
    this.#cms = cms;
    this.#mayLoseTags = weather.is('tags-are-lost-on-304') || weather.is('objects-are-corrupted');
    this.#mayFail = FAILING.some((fault) => weather.is(fault));
  }

  violate(guarantee: number, message: string): void {
    this.violation ??= { guarantee, message, step: this.#scheduler.steps };
  }

  cover(pages: readonly SitePage[]): Covered[] {
    const askedAt = this.#scheduler.now;
    return pages.map((page) => ({
      page,
      versions: this.#site.versionsOf(page),
      saved: this.#cms.savedOf(page.contents),
      ledgers: this.#ledgers,
      askedAt,
    }));
  }

  /** A revalidation was answered well. */
  revalidated(covered: readonly Covered[], purge: PurgeState): void {
    for (const each of covered) {
      if (each.ledgers !== this.#ledgers) continue;
      raise(this.#owedByServe, each.page.path, each.versions);
      if (purge === 'queued') continue;
      for (const location of LOCATIONS) this.#oweByEdge(location, each, purge);
    }
  }

  /** Long after a webhook: what it revalidated was revalidated once more when the CDN of the CMS had everything. */
  settled(covered: readonly Covered[]): void {
    const { now } = this.#scheduler;
    this.revalidated(
      covered.map((each) => ({ ...each, versions: each.saved, askedAt: now })),
      'everywhere',
    );
  }

  /** From when all purges that CloudFront has accepted by now have taken effect there; who waited was told so already. */
  #oweByEdge(location: string, { page, versions, ledgers, askedAt }: Covered, purge: PurgeState): void {
    const owe = (since: number): void => {
      if (ledgers !== this.#ledgers) return;
      const key = `${location} ${page.path}`;
      raise(this.#owedByEdge, key, versions);
      this.#purgedAt.set(key, Math.min(since, this.#purgedAt.get(key) ?? since));
    };
    const { now } = this.#scheduler;
    // Long after the purge, which S3 knows nothing of: what S3 has given since may be older.
    if (purge === 'everywhere') owe(askedAt);
    // By then other purges have taken effect as well, so this one did before. `purged` looks at what it left.
    else this.#scheduler.after(Math.max(0, this.#purgedAtOf(location) - now), () => owe(now));
  }

  /** Nothing waits in a queue any more: every purge is done. */
  everythingIsPurged(): void {
    for (const [path, versions] of this.#owedByServe) {
      for (const location of LOCATIONS) raise(this.#owedByEdge, `${location} ${path}`, versions);
    }
  }

  /** What a purge is about is gone from the location, whoever gave it. */
  purged(location: EdgeLocation, items: readonly string[]): void {
    if (this.#mayLoseTags) return;
    for (const key of location.copies.keys()) {
      const page = pageNameOf(key.slice(0, key.indexOf(' ')), this.#site)?.page;
      if (page === undefined) continue;
      const prefixes = prefixesOf(page.path).map(edgeTagOfPrefix);
      const tags = [edgeTagOfPath(page.path), ...prefixes, ...page.tags.map(edgeTagOf)].map((tag) => `#${tag}`);
      const item = items.find((each) => tags.includes(each));
      if (item !== undefined) this.violate(4, `${location.name} still keeps ${key} after ${item} was purged there`);
    }
  }

  /** Paths are rendered before the answer. */
  rendered({ page, versions, ledgers }: Covered, deployment: string): void {
    if (ledgers === this.#ledgers) raise(this.#owedByS3, `${deployment} ${page.path}`, versions);
  }

  notStored(page: SitePage, deployment: string): void {
    this.#owedByS3.delete(`${deployment} ${page.path}`);
  }

  /** What was revalidated since the older one was written, nobody can know any more. */
  ledgerWasRestored(): void {
    this.#ledgers++;
    this.#owedByServe.clear();
    this.#owedByEdge.clear();
  }

  owedByServe(page: SitePage): Owed {
    return { versions: this.#owedByServe.get(page.path) ?? [], ledgers: this.#ledgers };
  }

  owedByEdge(page: SitePage, location: string): Owed {
    const key = `${location} ${page.path}`;
    const since = this.#purgedAt.get(key) ?? 0;
    return { versions: this.#owedByEdge.get(key) ?? [], ledgers: this.#ledgers, since };
  }

  #isPaid({ versions, ledgers }: Owed, { shown, headers }: OriginAnswer): boolean {
    if (shown === undefined || ledgers !== this.#ledgers) return true;
    return (this.#mayFail && isMarked(headers)) || isAsNewAs(shown.versions, versions);
  }

  /** `owed` from when it was asked. */
  servedByOrigin(page: SitePage, owed: Owed, answer: OriginAnswer): void {
    if (answer.shown === undefined || this.#isPaid(owed, answer)) return;
    this.violate(
      4,
      `serve answered ${page.path} with ${describe(answer.shown)}, but ${owed.versions.join('.')} was revalidated before it was asked`,
    );
  }

  seenByViewer(page: SitePage, owed: Owed, location: string, { answer, copy }: EdgeAnswer): void {
    if (answer.shown === undefined || this.#isPaid(owed, answer)) return;
    const { now } = this.#scheduler;
    if (copy?.overtaken === 'under way') return;
    // serve could not know any more, and said so.
    if (copy?.overtaken === 'asked' && copy.freshUntil - copy.storedAt <= UNCERTAIN_MS) return;
    // S3 cannot render. It is asked again after 30 seconds; if it fails as well, its answer stands for some minutes.
    const isYoung = copy === undefined || now - copy.storedAt <= FAIL_OVER_MS;
    // A copy from before the revalidation is purged like all others, unless it lost its tags.
    const isLater = copy === undefined || copy.storedAt >= (owed.since ?? 0) || this.#mayLoseTags;
    if (answer.source === 's3' && isYoung && isLater) return;
    const age = copy === undefined ? 'not kept' : `kept for ${(now - copy.storedAt) / 1000} s`;
    this.violate(
      4,
      `a viewer of ${page.path} at ${location} got ${describe(answer.shown)} of ${answer.source} (${age}), but ${owed.versions.join('.')} was revalidated and purged`,
    );
  }

  /** Paths that were revalidated stand in the bucket, whatever happens to the functions. */
  givenByS3(
    asked: { readonly page: SitePage; readonly deployment: string; readonly query: string } | undefined,
    { shown }: OriginAnswer,
  ): void {
    if (asked === undefined || asked.query !== '' || shown === undefined) return;
    const owed = this.#owedByS3.get(`${asked.deployment} ${asked.page.path}`) ?? [];
    if (isAsNewAs(shown.versions, owed)) return;
    this.violate(4, `S3 gave ${asked.page.path} with ${describe(shown)}, but ${owed.join('.')} was revalidated`);
  }

  /** A deployment, or a rollback to it, begins. */
  released(deployment: string): void {
    this.#generations.set(deployment, this.#generations.size === 0 ? 1 : Math.max(...this.#generations.values()) + 1);
  }

  /** A rollback may begin before the answer. */
  sentTo(deployment: string | undefined): SentTo {
    return { deployment, generation: this.#generationOf(deployment) };
  }

  /** Who is sent to a deployment by the edge gets nothing of one before it. */
  ofDeployment({ deployment, generation }: SentTo, page: SitePage, { answer }: EdgeAnswer): void {
    if (answer.shown === undefined || this.#generationOf(answer.shown.deployment) >= generation) return;
    this.violate(10, `a viewer of ${page.path} in deployment ${deployment} got ${describe(answer.shown)}`);
  }

  #generationOf(deployment = ''): number {
    return this.#generations.get(deployment) ?? 0;
  }

  kept(key: string, { body }: OriginAnswer): void {
    if (body.includes(MARKS.private) || body.includes(MARKS.draft))
      this.violate(6, `the edge keeps '${body}' at ${key}`);
    if (body.includes(MARKS.failed)) this.violate(5, `the edge keeps the failed render '${body}' at ${key}`);
  }
}

/** The old page in place of one that could not be rendered. */
function isMarked(headers: OriginAnswer['headers']): boolean {
  return headers['cache-status']?.includes('render-failed') ?? false;
}

function describe({ deployment, state, versions }: Shown): string {
  return `${versions.join('.')} (${state}, ${deployment})`;
}

function raise(owed: Map<string, Versions>, key: string, versions: Versions): void {
  const before = owed.get(key) ?? [];
  owed.set(
    key,
    versions.map((version, i) => Math.max(version, before[i] ?? 0)),
  );
}
