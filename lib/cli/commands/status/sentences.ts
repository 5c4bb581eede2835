import { sentenceOfReads } from '../../../core/page/viewer-reads.ts';
import type { Freshness } from '../../../core/policy/freshness.ts';
import type { DeadLetters } from '../../site/dead-letters.ts';
import { expiresAt, type StoredView } from '../../site/stored-page.ts';
import { countOf, durationOf } from '../../terminal/wording.ts';
import type { EdgeView } from './edge-view.ts';
import type { StoredLook } from './stored-look.ts';

const ORIGIN: Readonly<Record<string, string>> = {
  HIT: 'the stored page was fresh',
  PRERENDERED: 'it was made by the build, and only a deployment changes it',
  STALE: 'the stored page had expired: it was served at once, and one new render was asked for in the background',
  REVALIDATED: 'the stored page had been revalidated, so it was rendered anew for this response, and stored',
  MISS: 'nothing was stored yet, so it was rendered for this response',
};

/** Explains the response of the edge. */
export function edgeSentences({ status, headers }: EdgeView): string[] {
  return [copySentence(status, headers), originSentence(status, headers)].filter((sentence) => sentence !== undefined);
}

function copySentence(status: number, headers: EdgeView['headers']): string | undefined {
  const edge = headers['x-cache'] ?? '';
  if (/^Hit/i.test(edge)) {
    return `CloudFront answered with its own copy, ${durationOf(Number(headers.age ?? 0) * 1000)} old.`;
  }
  if (/^RefreshHit/i.test(edge)) return "CloudFront's copy was stale; the origin said that it still stands.";
  if (/^Miss/i.test(edge)) return 'CloudFront had no copy and asked the origin.';
  if (/^Error/i.test(edge)) return `CloudFront passed on the origin's response ${status}.`;
  return /^(Function|LambdaGenerated)/i.test(edge)
    ? "The response was made at the edge, by the site's CloudFront function."
    : 'The response does not say that it came through CloudFront.';
}

function originSentence(status: number, headers: EdgeView['headers']): string | undefined {
  const state = headers['x-isr-cache'];
  const isCopy = /^Hit/i.test(headers['x-cache'] ?? '');
  const when = isCopy ? 'When that copy was made' : 'At the origin';
  if (state === undefined) {
    if (status >= 300 && status < 400) return `It redirects to ${headers.location ?? 'an unknown place'}.`;
    if (status === 503)
      return 'The serve function failed and no page is stored, unless it is a live route that says so.';
    return 'The response has no x-isr-cache: it is a file, a live route, or S3 stood in for the serve function.';
  }
  return `${when}, ${stateClause(state, headers['cache-status'] ?? '')}.`;
}

function stateClause(state: string, cacheStatus: string): string {
  const detail = /detail="?([^";]+)/.exec(cacheStatus)?.[1];
  const cookies = /^set-cookie: (.*)/.exec(detail ?? '')?.[1];
  if (state === 'BYPASS' && cookies !== undefined) {
    return (
      `the page was rendered for this one request and not stored, because it sets cookies (${cookies}); viewers do not ` +
      "get them: list its route in 'exclude' if they need them"
    );
  }
  if (state === 'BYPASS')
    return `the page was rendered for this one request and not stored${detail ? ` (${detail})` : ''}`;
  if (state === 'STALE' && detail === 'render-failed') {
    return 'the last render had failed: the old page is served until one succeeds';
  }
  if (state === 'MISS' && detail === 'not-found') return 'there was no such page; the response is not stored';
  return ORIGIN[state] ?? `the state was ${state}`;
}

/** Explains the stored page, as it was before the request. */
export function storedSentences(look: StoredLook): string[] {
  if (look.kind === 'unknown') return [`It is not known what is stored: ${look.reason}.`];
  if (look.kind === 'missing') return ['Nothing was stored for it in this deployment before this request.'];
  const { page, dropped } = look;
  return [
    ...(dropped.length > 0 ? [`The stored page is that of ${page.path}: ${dropped.join(', ')} is no part of it.`] : []),
    stateSentence(page),
    ...readsSentences(page),
    ...retrySentences(page),
  ];
}

function stateSentence(page: StoredView): string {
  const { freshness, facts, now, state } = page;
  const age = durationOf(now - facts.renderedAt);
  const expiry = expiresAt(page);
  if (state === 'prerendered') return `The stored page was uploaded with the build ${age} ago and never expires.`;
  const start = `The stored page, rendered ${age} ago,`;
  switch (freshness.kind) {
    case 'invalidated':
      return `${start} is invalidated: ${invalidation(freshness, page)}.${next(page, WAITS)}`;
    case 'expired': {
      const expired = `${start} expired ${durationOf(freshness.secondsAgo * 1000)} ago.`;
      if (!freshness.isTooStale) return expired + next(page, IN_THE_BACKGROUND);
      return `${expired} That is longer than it allows (stale-while-revalidate=${facts.staleWhileRevalidate}).${next(page, WAITS)}`;
    }
    default:
      if (expiry === undefined) return `${start} is fresh until it is revalidated.`;
      return `${start} is fresh for another ${durationOf(expiry - now)}.`;
  }
}

const WAITS = ' The next request at the origin waits for a new render.';
const IN_THE_BACKGROUND = ' The next request at the origin gets it at once and has it rendered in the background.';

/** For a while after a failed render, nothing is rendered. */
function next({ facts, now }: StoredView, sentence: string): string {
  return facts.retryAt !== undefined && facts.retryAt > now ? '' : sentence;
}

type Invalidated = Extract<Freshness, { readonly kind: 'invalidated' }>;

/** The ledger's floor is no entry: it invalidates everything up to its sequence. */
function invalidation({ by, sequence }: Invalidated, { facts }: StoredView): string {
  const proof = `ledger entry ${sequence}, the page knows of ${facts.ledgerSequence}`;
  const [, kind, name = ''] = /^(tag|path|prefix):(.*)$/s.exec(by) ?? [];
  if (kind === undefined) return `everything was revalidated (${proof})`;
  const what = { tag: `its tag '${name}'`, path: `the page ${name}`, prefix: `everything below ${name}` }[kind];
  return `${what} was revalidated (${proof})`;
}

function readsSentences({ facts }: StoredView): string[] {
  return facts.viewerReads === undefined ? [] : [`While it was rendered, it ${sentenceOfReads(facts.viewerReads)}.`];
}

function retrySentences({ facts, now }: StoredView): string[] {
  if (facts.retryAt === undefined) return [];
  const left = facts.retryAt - now;
  if (left <= 0) return ['Its last render failed; it is tried again at the next request.'];
  return [`Its last render failed; the old page is served for another ${durationOf(left)}, then it is tried again.`];
}

/** What was put aside, what becomes of it, and what to do. */
export function deadLetterSentences({ jobs = 0, purges = 0 }: DeadLetters): string[] {
  return [
    ...(jobs === 0
      ? []
      : [
          `${countOf(jobs, 'job')} failed three times. Each is tried again every 15 minutes, and goes when its page is fresh or gone; why it fails is in the log of the render function: isr tail --kind log.`,
        ]),
    ...(purges === 0
      ? []
      : [
          `${countOf(purges, 'purge')} could not be made. Each is tried again every 15 minutes; why it fails is in the log of the purge function: isr tail --kind log. To be rid of old copies at once, have CloudFront invalidate /*.`,
        ]),
  ];
}
