import { reasonOf } from '../basics/errors.ts';
import type { Cdn, Clock, FollowedPurges } from './ports.ts';
import type { PurgeOutcome, RevalidationOutcome } from './revalidate.ts';

/** What is known of the copies at all edge locations. */
export interface Everywhere {
  /** The purge is complete: nobody gets an old page any more. */
  readonly confirmed: boolean;
  /** From the request until it was confirmed, or until it was given up. */
  readonly seconds: number;
  /** Why it is not confirmed. */
  readonly reason?: string;
}

export type AwaitedOutcome = RevalidationOutcome & { readonly everywhere: Everywhere };

export interface WaitForPurgePorts {
  readonly cdn: Pick<Cdn, 'isComplete'>;
  readonly followed: Pick<FollowedPurges, 'takeInvalidation'>;
  readonly clock: Clock;
}

export interface WaitOptions {
  /** Of the revalidation's purge, under which it is followed through the queue. */
  readonly name: string;
  /** Epoch milliseconds. */
  readonly begunAt: number;
  readonly until: number;
}

// The first seconds are those in which most invalidations are complete. Each question is a call that AWS counts.
const SOON_MS = 10_000;
const PAUSE_MS = 1000;
const LATER_PAUSE_MS = 2500;

/** Waits until the CDN says that the purge is complete, and says what came of that. Never rejects. */
export async function waitForPurge(
  outcome: RevalidationOutcome,
  options: WaitOptions,
  ports: WaitForPurgePorts,
): Promise<AwaitedOutcome> {
  let { invalidation } = outcome;
  const given = (purge: PurgeOutcome, why?: string): AwaitedOutcome => {
    const seconds = Math.round((ports.clock.now() - options.begunAt) / 100) / 10;
    const everywhere = why === undefined ? { confirmed: true, seconds } : { confirmed: false, seconds, reason: why };
    return { ...withPurge(outcome, purge), ...(invalidation === undefined ? {} : { invalidation }), everywhere };
  };
  if (outcome.pages.some((page) => page.outcome === 'failed')) {
    return given(outcome.purge, 'a page could not be rendered: its old one is served until it can');
  }
  if (outcome.purge === 'nothing-to-purge') return given(outcome.purge);
  try {
    invalidation ??= await polled(options, ports.clock, () => ports.followed.takeInvalidation(options.name));
    if (invalidation === undefined) return given('queued', 'the purge was still queued when there was no time left');
    const id = invalidation;
    const isComplete = await polled(options, ports.clock, async () => (await ports.cdn.isComplete(id)) || undefined);
    if (isComplete) return given('purged');
    return given('purged', 'the purge was still in progress when there was no time left');
  } catch (error) {
    return given(invalidation === undefined ? 'queued' : 'purged', reasonOf(error));
  }
}

/** Asks until there is an answer; `undefined` when there is none in time. */
async function polled<T>(
  { begunAt, until }: WaitOptions,
  clock: Clock,
  ask: () => Promise<T | undefined>,
): Promise<T | undefined> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    const pause = clock.now() - begunAt < SOON_MS ? PAUSE_MS : LATER_PAUSE_MS;
    if (clock.now() + pause > until) return undefined;
    await clock.sleep(pause);
  }
}

/** What was queued is made by now. */
function withPurge(outcome: RevalidationOutcome, purge: PurgeOutcome): RevalidationOutcome {
  const of = (before: PurgeOutcome): PurgeOutcome => (before === 'queued' ? purge : before);
  return {
    ...outcome,
    pages: outcome.pages.map((page) => ({ ...page, purge: of(page.purge) })),
    tags: outcome.tags.map((tag) => ({ ...tag, outcome: of(tag.outcome) })),
    prefixes: outcome.prefixes.map((prefix) => ({ ...prefix, outcome: of(prefix.outcome) })),
    ...(outcome.all === undefined ? {} : { all: { ...outcome.all, outcome: of(outcome.all.outcome) } }),
    purge: of(outcome.purge),
  };
}
