import type { PageOutcome, PurgeOutcome, RevalidationOutcome } from '../../../core/revalidate.ts';
import type { Everywhere } from '../../../core/wait-for-purge.ts';
import type { CliHost, Style } from '../../terminal/command.ts';
import { cell, countOf, printable } from '../../terminal/wording.ts';

/** What the function answers; `everywhere` when it has waited. */
export type Outcome = RevalidationOutcome & { readonly everywhere?: Everywhere };

const OUTCOMES: Readonly<Record<PageOutcome['outcome'], { readonly text: string; readonly style: Style }>> = {
  rendered: { text: 'rendered', style: 'green' },
  unchanged: { text: 'unchanged', style: 'green' },
  'not-found': { text: 'not found', style: 'yellow' },
  'not-stored': { text: 'not stored', style: 'yellow' },
  prerendered: { text: 'prerendered', style: 'yellow' },
  failed: { text: 'failed', style: 'red' },
  noted: { text: 'noted', style: 'yellow' },
};

const NOTES: Partial<Readonly<Record<PageOutcome['outcome'], string>>> = {
  'not-stored': 'it is rendered for each request',
  prerendered: 'made by the build; only a deployment changes it',
  failed: 'the old page, if any, is served until a render succeeds',
  noted: 'there was no time left; it is rendered when it is next asked for',
};

const PURGES: Readonly<Record<PurgeOutcome, string>> = {
  purged: 'purged',
  queued: 'purge queued',
  'nothing-to-purge': '',
};

/** One line per item, and a last one that says what it means. */
export function linesOf(revalidation: Outcome, source: string, host: CliHost): string[] {
  const covers = [
    ...(revalidation.all === undefined ? [] : [{ kind: 'all', name: 'every page', ...revalidation.all }]),
    ...revalidation.tags.map((cover) => ({ kind: 'tag', name: cover.tag, ...cover })),
    ...revalidation.prefixes.map((cover) => ({ kind: 'prefix', name: cover.prefix, ...cover })),
  ];
  return [
    `Revalidated ${source}, ledger ${revalidation.sequence}:`,
    ...revalidation.pages.map((page) => pageLine(page, host)),
    ...covers.map(({ kind, name, outcome }) => itemLine(host, kind, 'noted', 'cyan', PURGES[outcome], name)),
    conclusion(revalidation, covers.length),
  ];
}

function pageLine({ path, outcome, reason, purge, milliseconds }: PageOutcome, host: CliHost): string {
  const { text, style } = OUTCOMES[outcome];
  const notes = [reason, NOTES[outcome]].filter(Boolean).join('; ');
  const took = `${milliseconds} ms`;
  return itemLine(host, 'path', text, style, PURGES[purge], notes === '' ? `${path}  ${took}` : `${path}  ${notes}`);
}

function itemLine(host: CliHost, kind: string, outcome: string, style: Style, purge: string, rest: string): string {
  return `  ${kind.padEnd(7)} ${cell(host, outcome, 11, style)}  ${purge.padEnd(12)}  ${printable(rest)}`;
}

function conclusion({ pages, purge, milliseconds, everywhere }: Outcome, covers: number): string {
  const failed = pages.filter(({ outcome }) => outcome === 'failed').length;
  if (failed > 0) return `${countOf(failed, 'page')} could not be rendered; see the log: isr tail`;
  if (covers === 0 && pages.every(({ outcome }) => outcome === 'prerendered')) {
    return 'Nothing changed: only a deployment changes pages that the build made.';
  }
  if (everywhere?.confirmed) {
    return `Done in ${milliseconds} ms, live everywhere after ${everywhere.seconds} s: nobody gets an old page any more.`;
  }
  if (everywhere !== undefined) {
    const why = `not confirmed everywhere after ${everywhere.seconds} s: ${everywhere.reason}`;
    return `Done in ${milliseconds} ms, the origin has the new pages; ${why}`;
  }
  if (purge === 'queued')
    return `Done in ${milliseconds} ms; the origin has the new pages, the purge of copies at the edge is queued.`;
  // CloudFront has accepted the purge. It says nothing of when that takes effect.
  return `Done in ${milliseconds} ms; the origin has the new pages, copies at the edge go within seconds.`;
}
