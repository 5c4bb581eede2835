import type { DeadLetters } from '../../site/dead-letters.ts';
import { pageJson, STATE_STYLES } from '../../site/page-views.ts';
import type { Place } from '../../site/place.ts';
import { expiresAt } from '../../site/stored-page.ts';
import type { CliHost } from '../../terminal/command.ts';
import { durationOf, printable, row, sizeOf } from '../../terminal/wording.ts';
import { type EdgeView, SHOWN_HEADERS } from './edge-view.ts';
import { deadLetterSentences } from './sentences.ts';
import type { StoredLook } from './stored-look.ts';

const WIDTH = 78;

/** All that `isr status` found out. */
export interface StatusReport {
  readonly url: string;
  readonly edge: EdgeView;
  readonly stored: StoredLook;
  readonly why: readonly string[];
  /** Of the whole site. */
  readonly deadLetters: DeadLetters;
}

export function statusLines(
  { url, edge, stored, why, deadLetters }: StatusReport,
  place: Place,
  host: CliHost,
): string[] {
  const took = `${edge.status}, ${sizeOf(edge.bytes)} in ${edge.milliseconds} ms`;
  const headers = SHOWN_HEADERS.flatMap((name) => {
    const value = edge.headers[name];
    return value === undefined ? [] : row(name, value);
  });
  return [
    host.style('bold', url),
    '',
    `Through the edge: ${took}`,
    ...headers,
    '',
    ...storedLines(stored, place, host),
    '',
    host.style('bold', 'Why'),
    ...why.flatMap((sentence) => wrap(printable(sentence))),
    ...deadLetterLines(deadLetters, host),
  ];
}

export function statusJson({ url, edge, stored, why, deadLetters }: StatusReport) {
  const { headers, ...rest } = edge;
  return {
    url,
    edge: { ...rest, headers },
    stored: stored.kind === 'found' ? { kind: 'found', ...pageJson(stored.page) } : stored,
    why,
    deadLetters: { jobs: deadLetters.jobs ?? null, purges: deadLetters.purges ?? null },
  };
}

function storedLines(look: StoredLook, { source }: Place, host: CliHost): string[] {
  if (look.kind === 'unknown') return ['Stored: unknown'];
  if (look.kind === 'missing')
    return [`Stored before that in ${source}: nothing`, ...look.keys.map((key) => row('key', key))];
  const { page } = look;
  const { facts, now } = page;
  const expiry = expiresAt(page);
  const isOfBuild = page.state === 'prerendered';
  const untilWhen = isOfBuild ? 'never: made by the build' : 'when revalidated';
  const expiration = facts.expiration === false ? untilWhen : `${facts.expiration} s after the render`;
  return [
    `Stored before that in ${source}: ${host.style(STATE_STYLES[page.state], page.state)}`,
    row('key', page.key),
    row('size', `${sizeOf(page.bytes)}, status ${facts.status}`),
    row(
      isOfBuild ? 'uploaded' : 'rendered',
      `${new Date(facts.renderedAt).toISOString()} (${durationOf(now - facts.renderedAt)} ago)`,
    ),
    row('expiration', expiration),
    ...(expiry === undefined ? [] : [row('expires', `${new Date(expiry).toISOString()} (${relative(expiry - now)})`)]),
    row('tags', facts.tags.join(', ') || 'none'),
    ...(isOfBuild ? [] : [row('ledger', String(facts.ledgerSequence))]),
    row('etag', page.etag),
    ...(facts.retryAt === undefined ? [] : [row('retry at', new Date(facts.retryAt).toISOString())]),
  ];
}

function deadLetterLines(deadLetters: DeadLetters, host: CliHost): string[] {
  const sentences = deadLetterSentences(deadLetters);
  if (sentences.length === 0) return [];
  return ['', host.style('bold', 'Dead letters of the site'), ...sentences.flatMap(wrap)];
}

function relative(milliseconds: number): string {
  return milliseconds >= 0 ? `in ${durationOf(milliseconds)}` : `${durationOf(-milliseconds)} ago`;
}

/** Breaks a sentence into lines of a terminal's usual width. */
function wrap(sentence: string): string[] {
  const lines: string[] = [];
  for (const word of sentence.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(`${lines.length === 0 ? '- ' : '  '}${word}`);
  }
  return lines;
}
