import { mapConcurrently } from '../../basics/map-concurrently.ts';
import type { PageKey } from '../../core/page/page-key.ts';
import { nameRuleBrokenBy, pageKeyOfName } from '../../core/page/page-name.ts';
import { openBucket, type SiteBucket } from '../site/bucket.ts';
import { PAGE_HEADING, pageJson, pageLine } from '../site/page-views.ts';
import { findPlace, PLACE_FLAGS, PLACE_HELP } from '../site/place.ts';
import { createPageViewer, type PageState, type PageViewer, type StoredView } from '../site/stored-page.ts';
import { type CliHost, type Command, type ExitCode, FailedCommand } from '../terminal/command.ts';
import { flagFault, readChoice, readCount, readFlags } from '../terminal/flags.ts';
import { countOf } from '../terminal/wording.ts';

const FLAGS = {
  ...PLACE_FLAGS,
  limit: { type: 'string' },
  prefix: { type: 'string' },
  state: { type: 'string', multiple: true },
} as const;

const STATES = ['fresh', 'expired', 'invalidated', 'prerendered', 'stale'] as const;

const HELP = `Lists what is stored in the deployment that is served, by path.

Usage: isr pages [--prefix <prefix>] [--state <state>] [--limit <number>] [flags]

  --prefix <prefix>  only below it, with slashes at both ends: /blog/
  --state <state>    only these: fresh, expired, invalidated, prerendered (made by the build),
                     stale (expired or invalidated); may be repeated
  --limit <number>   stop after so many
  --json             one JSON object per page and line (NDJSON), as they are found

${PLACE_HELP}

The bucket is read with your AWS credentials: one HEAD per page, 32 at a time.

Examples:
  isr pages
  isr pages --prefix /blog/ --state stale
  isr pages --stack MySite --json --limit 100`;

export const pagesCommand: Command = { help: HELP, flags: FLAGS, allowPositionals: false, run: runPages };

const CONCURRENT_LOOKS = 32;

interface Selection {
  readonly keyPrefix: string;
  readonly states: ReadonlySet<PageState>;
  readonly limit: number;
}

async function runPages(argv: readonly string[], host: CliHost): Promise<ExitCode> {
  const { values } = readFlags(argv, FLAGS, false);
  const selection: Selection = {
    keyPrefix: keyPrefixOf(values.prefix ?? '/'),
    states: statesOf(values.state ?? []),
    limit: readCount('limit', values.limit) ?? Number.POSITIVE_INFINITY,
  };
  const place = await findPlace(values, host);
  const bucket = await openBucket(place, host);
  const counts = new Map<PageState, number>();
  try {
    for await (const page of selectPages(bucket, createPageViewer(bucket, place), selection, host)) {
      if (!values.json && counts.size === 0) host.out(host.style('dim', PAGE_HEADING));
      counts.set(page.state, (counts.get(page.state) ?? 0) + 1);
      host.out(values.json ? JSON.stringify(pageJson(page)) : pageLine(page, host));
    }
  } finally {
    host.progress('');
  }
  if (!values.json) host.err(summaryOf(counts, bucket.deploymentId));
  return 0;
}

async function* selectPages(
  bucket: SiteBucket,
  viewer: PageViewer,
  { keyPrefix, states, limit }: Selection,
  host: CliHost,
): AsyncGenerator<StoredView> {
  const root = `deployments/${bucket.deploymentId}`;
  let looked = 0;
  let found = 0;
  for await (const listed of bucket.list(root + keyPrefix)) {
    const pageKeys = listed.map(({ key }) => key.slice(root.length) as PageKey);
    for (let start = 0; start < pageKeys.length; start += CONCURRENT_LOOKS) {
      if (host.stopSignal.aborted) throw new FailedCommand(`interrupted after ${countOf(looked, 'page')}`);
      const batch = pageKeys.slice(start, start + CONCURRENT_LOOKS);
      const pages = await mapConcurrently(batch, CONCURRENT_LOOKS, (pageKey) => viewer.view(pageKey));
      looked += batch.length;
      for (const page of pages) {
        // It was removed after it was listed, or its state was not asked for.
        if (page === undefined || !states.has(page.state)) continue;
        yield page;
        found += 1;
        if (found >= limit) return;
      }
      host.progress(`${looked.toLocaleString('en')} looked at, ${found.toLocaleString('en')} found …`);
    }
  }
}

function statesOf(words: readonly string[]): ReadonlySet<PageState> {
  const chosen = words.map((word) => readChoice('state', word, STATES));
  if (chosen.length === 0) return new Set(['fresh', 'expired', 'invalidated', 'prerendered']);
  return new Set(chosen.flatMap((state) => (state === 'stale' ? (['expired', 'invalidated'] as const) : state)));
}

/** How keys of pages below the prefix begin. `/blog/` includes the page `/blog`, as it does in a revalidation. */
function keyPrefixOf(prefix: string): string {
  const result = pageKeyOfName(prefix);
  if ('fault' in result)
    throw flagFault('--prefix', { value: prefix, mustBe: `a path ${nameRuleBrokenBy(result.fault)}` });
  if (!prefix.endsWith('/')) throw flagFault('--prefix', { value: prefix, mustBe: 'a path that ends with a slash' });
  return `${result.pageKey.replace(/\/index\.html$/, '')}/`;
}

function summaryOf(counts: ReadonlyMap<PageState, number>, deploymentId: string): string {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const parts = [...counts].map(([state, count]) => `${count.toLocaleString('en')} ${state}`);
  return `${countOf(total, 'page')} of deployment ${deploymentId}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
}
