import type { BucketChange } from './bucket.ts';
import type { OriginAnswer } from './edge-cache.ts';
import type { EdgeAnswer } from './edge-location.ts';
import type { Scheduler } from './scheduler.ts';
import { isAsNewAs, MARKS, type Shown, shownIn, type Site, type SitePage, type Versions } from './site.ts';

export interface Violation {
  /** As in docs/architecture.md; 0 for what must hold of any program. */
  readonly guarantee: number;
  readonly message: string;
  readonly step: number;
}

/** What was revalidated: which pages, and what they had to show when it was asked for. */
export interface Covered {
  readonly page: SitePage;
  readonly versions: Versions;
}

/** CloudFront's invalidations are complete by then. */
export const PURGE_MS = 25_000;
/** Of an object that S3 gives while the functions fail, see FAIL_OVER_CACHE_CONTROL. */
const FAIL_OVER_MS = 30_000;

/** Holds what happens against the guarantees. */
export class Checker {
  violation: Violation | undefined;
  readonly #scheduler: Scheduler;
  readonly #site: Site;
  /** By path: what every answer of serve has to show. */
  readonly #owedByServe = new Map<string, Versions>();
  /** By deployment and path: what S3 has to hold. */
  readonly #owedByS3 = new Map<string, Versions>();
  /** By path: what every copy has to show. */
  readonly #owedByEdge = new Map<string, Versions>();
  #ledgers = 0;

  constructor(scheduler: Scheduler, site: Site) {
    this.#scheduler = scheduler;
    this.#site = site;
  }

  violate(guarantee: number, message: string): void {
    this.violation ??= { guarantee, message, step: this.#scheduler.steps };
  }

  cover(pages: readonly SitePage[]): Covered[] {
    return pages.map((page) => ({ page, versions: this.#site.versionsOf(page) }));
  }

  /** A revalidation was answered well. `isPurged`: or its purge is still queued. */
  revalidated(covered: readonly Covered[], isPurged: boolean): void {
    const ledger = this.#ledgers;
    for (const { page, versions } of covered) {
      raise(this.#owedByServe, page.path, versions);
      if (!isPurged) continue;
      this.#scheduler.after(PURGE_MS, () => {
        if (ledger === this.#ledgers) raise(this.#owedByEdge, page.path, versions);
      });
    }
  }

  /** Paths are rendered before the answer. */
  rendered({ page, versions }: Covered, deployment: string): void {
    raise(this.#owedByS3, `${deployment} ${page.path}`, versions);
  }

  /** What was revalidated since the older one was written, nobody can know any more. */
  ledgerWasRestored(): void {
    this.#ledgers++;
    this.#owedByServe.clear();
    this.#owedByEdge.clear();
  }

  owedByServe(page: SitePage): Versions {
    return this.#owedByServe.get(page.path) ?? [];
  }

  owedByEdge(page: SitePage): Versions {
    return this.#owedByEdge.get(page.path) ?? [];
  }

  /** `owed` from when it was asked. */
  servedByOrigin(page: SitePage, owed: Versions, answer: OriginAnswer): void {
    if (answer.shown === undefined || isMarked(answer) || isAsNewAs(answer.shown.versions, owed)) return;
    this.violate(
      4,
      `serve answered ${page.path} with ${describe(answer.shown)}, but ${owed.join('.')} was revalidated before it was asked`,
    );
  }

  seenByViewer(page: SitePage, owed: Versions, location: string, { answer, copy }: EdgeAnswer): void {
    if (answer.shown === undefined || isMarked(answer) || isAsNewAs(answer.shown.versions, owed)) return;
    if (copy?.wasInFlight) return;
    const { now } = this.#scheduler;
    // S3 cannot render; it is asked again as soon as its answer is 30 seconds old.
    if (answer.source === 's3' && (copy === undefined || now - copy.storedAt <= FAIL_OVER_MS)) return;
    const age = copy === undefined ? 'not kept' : `kept for ${(now - copy.storedAt) / 1000} s`;
    this.violate(
      4,
      `a viewer of ${page.path} at ${location} got ${describe(answer.shown)} of ${answer.source} (${age}), but ${owed.join('.')} was revalidated and purged`,
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

  kept(key: string, { body }: OriginAnswer): void {
    if (body.includes(MARKS.private) || body.includes(MARKS.draft)) this.violate(6, `the edge keeps '${body}' at ${key}`);
    if (body.includes(MARKS.failed)) this.violate(5, `the edge keeps the failed render '${body}' at ${key}`);
  }

  changed(change: BucketChange, token: string): void {
    if (!change.key.startsWith('deployments/')) {
      if (change.kind === 'put' && change.object.body.includes(token)) this.violate(9, `${change.key} holds the token`);
      return;
    }
    if (change.kind === 'remove') return;
    const body = change.object.body.toString();
    if (body.includes(MARKS.private) || body.includes(MARKS.draft)) this.violate(6, `stored '${body}' at ${change.key}`);
    if (body.includes(MARKS.failed)) this.violate(5, `stored the failed render '${body}' at ${change.key}`);
    if (change.before === undefined) return;
    const before = shownInObject(change.before.headers, change.before.body);
    const after = shownInObject(change.object.headers, change.object.body);
    if (before === undefined || after === undefined || isAsNewAs(after.versions, before.versions)) return;
    this.violate(7, `${change.key} showed ${describe(before)} and was replaced by ${describe(after)}`);
  }
}

/** Facts stand in the object's metadata. */
export function shownInObject(headers: Readonly<Record<string, string>>, body: Buffer): Shown | undefined {
  return shownIn(factsHeaders(headers), body.toString());
}

export function factsHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  try {
    return (JSON.parse(headers['x-amz-meta-isr'] ?? '{}') as { headers?: Record<string, string> }).headers ?? {};
  } catch {
    return {};
  }
}

/** The old page in place of one that could not be rendered. */
function isMarked({ headers }: OriginAnswer): boolean {
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
