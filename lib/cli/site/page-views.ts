import type { CliHost, Style } from '../terminal/command.ts';
import { cell, cutTo, durationOf, printable, sizeOf } from '../terminal/wording.ts';
import { expiresAt, type PageState, type StoredView } from './stored-page.ts';

export const STATE_STYLES: Readonly<Record<PageState, Style>> = {
  fresh: 'green',
  prerendered: 'green',
  expired: 'yellow',
  invalidated: 'cyan',
};

const WIDTHS = { state: 11, age: 7, expires: 8, size: 8 } as const;

export const PAGE_HEADING = pageColumns('STATE', 'AGE', 'EXPIRES', 'SIZE', 'PATH  TAGS');

/** A page as one line. The path is always complete; the tags are cut at the end of the line. */
export function pageLine(page: StoredView, host: CliHost): string {
  const { facts, now, state } = page;
  const expiry = expiresAt(page);
  const expires = expiry === undefined ? 'never' : expiry > now ? durationOf(expiry - now) : 'over';
  const start = pageColumns(state, durationOf(now - facts.renderedAt), expires, sizeOf(page.bytes), page.path);
  const tags = facts.tags.length === 0 ? '' : `  ${printable(facts.tags.join(', '))}`;
  const room = host.columns === undefined ? undefined : Math.max(0, host.columns - start.length);
  const coloured = cell(host, state, WIDTHS.state, STATE_STYLES[state]) + start.slice(WIDTHS.state);
  return coloured + host.style('dim', cutTo(room, tags));
}

function pageColumns(state: string, age: string, expires: string, size: string, rest: string): string {
  const { state: first, ...others } = WIDTHS;
  const columns = [age.padStart(others.age), expires.padStart(others.expires), size.padStart(others.size)];
  return `${state.padEnd(first)}  ${columns.join('  ')}  ${rest}`;
}

/** A page in the output of `--json`. Times are ISO 8601; `null` stands for none. */
export function pageJson(page: StoredView) {
  const { facts, now, freshness } = page;
  const expiry = expiresAt(page);
  return {
    path: page.path,
    state: page.state,
    status: facts.status,
    renderedAt: new Date(facts.renderedAt).toISOString(),
    ageSeconds: Math.round((now - facts.renderedAt) / 1000),
    expiresAt: expiry === undefined ? null : new Date(expiry).toISOString(),
    expiresInSeconds: expiry === undefined ? null : Math.round((expiry - now) / 1000),
    tags: facts.tags,
    bytes: page.bytes,
    key: page.key,
    etag: page.etag,
    ledgerSequence: facts.ledgerSequence,
    invalidatedBy: freshness.kind === 'invalidated' ? { entry: freshness.by, sequence: freshness.sequence } : null,
    retryAt: facts.retryAt === undefined ? null : new Date(facts.retryAt).toISOString(),
    viewerReads: facts.viewerReads ?? null,
    tooStale: freshness.kind === 'expired' && freshness.isTooStale,
  };
}
