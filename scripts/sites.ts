// npm run sites [-- --only ssr --from folder]: public Astro sites, on the local stack and by @astrojs/node, side by side.
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { reasonOf } from '../lib/basics/errors.ts';
import { buildDist, ROOT } from './build-steps.ts';
import { buildForNode, buildForStack, installSite, NODE_ENTRY, packLibrary } from './sites/build.ts';
import { type Difference, differencesOf } from './sites/compare.ts';
import { crawl } from './sites/crawl.ts';
import { KNOWN, type KnownDifference, SITES, type SiteData } from './sites/data.ts';
import { type Explained, explain } from './sites/known.ts';
import { startServers } from './sites/servers.ts';
import { fetchSite } from './sites/source.ts';

const HELP = `Builds public Astro sites with @astrojs/node and with this adapter, and compares what both answer.

Usage: npm run sites [-- flags]

  --only <name>     one site; may be repeated (${SITES.map(({ name }) => name).join(', ')})
  --from <folder>   takes the sites from its folders, by name, and not from their repositories
  --work <folder>   where they are built (default: .sites)
  --reuse           leaves out what an earlier run has fetched, installed and built for @astrojs/node`;

/** Of the list, what was seen in this run. */
const seen = new Set<KnownDifference>();

interface Settings {
  readonly from: string | undefined;
  readonly work: string;
  readonly reuse: boolean;
  readonly library: string;
}

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h' },
    only: { type: 'string', multiple: true },
    from: { type: 'string' },
    work: { type: 'string' },
    reuse: { type: 'boolean' },
  },
});

if (values.help) console.log(HELP);
else process.exitCode = (await compareAll()) ? 0 : 1;

/** Whether nothing is unexplained, and nothing explained that is no longer there. */
async function compareAll(): Promise<boolean> {
  const chosen = SITES.filter(({ name }) => values.only?.includes(name) ?? true);
  if (chosen.length === 0) throw new Error(`--only must be one of ${SITES.map(({ name }) => name).join(', ')}`);
  const work = resolve(values.work ?? join(ROOT, '.sites'));
  await mkdir(work, { recursive: true });
  await buildDist();
  const from = values.from === undefined ? undefined : resolve(values.from);
  const settings = { from, work, reuse: values.reuse ?? false, library: await packLibrary(work) };
  let good = 0;
  for (const site of chosen) {
    console.log(`\n${site.name}`);
    const isGood = await compareSite(site, settings).catch((error: unknown) => {
      console.log(`  failed: ${reasonOf(error)}`);
      return false;
    });
    if (isGood) good += 1;
  }
  const unseen = values.only === undefined ? KNOWN.filter((known) => !seen.has(known)) : [];
  for (const { what, reason } of unseen) console.log(`\nno longer seen, so take it off the list: ${what}: ${reason}`);
  console.log(`\n${good} passed, ${chosen.length - good} failed`);
  return good === chosen.length && unseen.length === 0;
}

async function compareSite(site: SiteData, { from, work, reuse, library }: Settings): Promise<boolean> {
  const project = join(work, site.name);
  const entry = join(project, NODE_ENTRY);
  if (!reuse) {
    await removeSources(project);
    await fetchSite(site, project, from);
  }
  await installSite(site, project, library);
  if (!reuse) await buildForNode(site, project);
  const servers = await startServers(entry, await buildForStack(site, project));
  try {
    const pairs = await crawl(servers, site.paths);
    const differences = pairs.flatMap((pair) => differencesOf(pair, servers, site.varying));
    return report(explain(site.name, differences, KNOWN), pairs.length);
  } finally {
    await servers.stop();
  }
}

/** What is installed stays: npm finds out what has to change. */
async function removeSources(project: string): Promise<void> {
  const entries = await readdir(project).catch(() => []);
  const sources = entries.filter((entry) => entry !== 'node_modules');
  for (const entry of sources) await rm(join(project, entry), { recursive: true, force: true });
}

function report({ unexplained, counts }: Explained, paths: number): boolean {
  for (const known of counts.keys()) seen.add(known);
  const known = [...counts].map(([{ what, reason }, count]: readonly [KnownDifference, number]) => {
    return `  ${count} × ${what}: ${reason}`;
  });
  // What differs in the same way at many paths is one finding.
  const findings = Map.groupBy(unexplained, ({ what, node, isr }) => [what, node, isr].join('\n'));
  const unknown = [...findings.values()].map((alike) => {
    const [{ what, node, isr }] = alike as [Difference, ...Difference[]];
    const at = alike.slice(0, 3).map(({ path }) => path);
    const more = alike.length > at.length ? ` and ${alike.length - at.length} more` : '';
    return `  UNEXPLAINED ${what} at ${at.join(', ')}${more}\n    node ${node}\n    isr  ${isr}`;
  });
  console.log([`  ${paths} paths compared`, ...known, ...unknown].join('\n'));
  return unexplained.length === 0;
}
