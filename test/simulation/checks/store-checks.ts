import { gunzipSync } from 'node:zlib';
import type { Bucket, BucketChange, BucketObject } from '../aws/bucket.ts';
import { MARKS, type Site, type Versions } from '../site.ts';
import type { Checker } from './revalidation-checks.ts';
import { factsOf, pageNameOf, shownInObject } from './stored-page.ts';

function bodyOf({ body, headers }: BucketObject): string {
  return (headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
}

/** Holds what is stored against the guarantees. */
export class StoreChecks {
  readonly #checker: Checker;
  readonly #site: Site;
  readonly #bucket: () => Bucket;
  readonly #token: string;
  /** By deployment, path and time of the sandbox's clock, when a render began. */
  readonly #begun = new Map<string, number>();
  /** By key: epoch milliseconds of the last write. */
  readonly writtenAt = new Map<string, number>();

  /** By key: what a revalidation put there last. */
  readonly revalidated = new Map<string, Versions>();

  constructor(checker: Checker, site: Site, bucket: () => Bucket, token: string) {
    this.#checker = checker;
    this.#site = site;
    this.#bucket = bucket;
    this.#token = token;
  }

  /** `clock`: of the sandbox; `now`: the real time. */
  renderBegan(deployment: string, path: string, clock: number, now: number): void {
    this.#begun.set(`${deployment} ${path} ${clock}`, now);
  }

  /** `by`: the function that made the change. */
  changed(change: BucketChange, by: string, now: number): void {
    if (change.kind === 'remove') return;
    const { key, object } = change;
    this.writtenAt.set(key, now);
    const shown = by === 'revalidate' ? shownInObject(object, this.#bucket()) : undefined;
    if (shown !== undefined) this.revalidated.set(key, this.#lastingIn(key, shown.versions));
    if (object.body.includes(this.#token)) this.#checker.violate(9, `${key} holds the token`);
    if (!key.startsWith('deployments/')) return;
    this.#checkContent(key, bodyOf(object));
    if (change.before !== undefined) this.#checkOrder(key, change.before, object);
  }

  /** A location of the CMS's CDN may give something new before others, which give the old again. */
  #lastingIn(key: string, versions: Versions): Versions {
    const page = pageNameOf(`/${encodeURI(key)}`, this.#site)?.page;
    const delivered = page === undefined ? versions : this.#site.versionsOf(page);
    return versions.map((version, i) => Math.min(version, delivered[i] ?? version));
  }

  #checkContent(key: string, body: string): void {
    const name = pageNameOf(`/${encodeURI(key)}`, this.#site);
    if (name === undefined) this.#checker.violate(12, `${key} is stored, but there is no such page`);
    if (body.includes(MARKS.private) || body.includes(MARKS.draft)) {
      this.#checker.violate(6, `'${body}' is stored at ${key}`);
    }
    if (body.includes(MARKS.failed)) this.#checker.violate(5, `the failed render '${body}' is stored at ${key}`);
  }

  /** First by what was revalidated before a render, then by when it began. */
  #checkOrder(key: string, before: BucketObject, after: BucketObject): void {
    const [old, made] = [before, after].map((object) => factsOf(object, this.#bucket()));
    if (old === undefined || made === undefined) return;
    const isOfOneLedger = old.ledgerId === made.ledgerId;
    if (isOfOneLedger && old.ledgerSequence < made.ledgerSequence) return;
    const [oldBegan, madeBegan] = [old, made].map(({ renderedAt }) => this.#beganAt(key, renderedAt));
    if (oldBegan === undefined || madeBegan === undefined) return;
    const isEqual = !isOfOneLedger || old.ledgerSequence === made.ledgerSequence;
    if (isEqual && oldBegan <= madeBegan) return;
    this.#checker.violate(
      7,
      `${key} of a render that began ${new Date(oldBegan).toISOString()} (ledger ${old.ledgerSequence}) was replaced by one of ${new Date(madeBegan).toISOString()} (${made.ledgerSequence})`,
    );
  }

  #beganAt(key: string, renderedAt: number): number | undefined {
    const name = pageNameOf(`/${encodeURI(key)}`, this.#site);
    return name === undefined ? undefined : this.#begun.get(`${name.deployment} ${name.page.path} ${renderedAt}`);
  }
}
