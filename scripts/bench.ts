// npm run bench: what a request costs, in bytes, calls and renders. Times are of this run on this machine; compare them
// with each other, not with another run's.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type ContentApi, startContentApi } from '../examples/content-api/index.ts';
import { type LocalStack, runStack } from '../lib/local/stack/index.ts';
import { type CountedCalls, countCalls } from './bench/calls.ts';
import { coldImport } from './bench/cold-import.ts';
import { countFirstRequests } from './bench/first-requests.ts';
import { type Judge, reasonOf, runParts } from './bench/parts.ts';
import { printTable } from './bench/table.ts';
import { measureWarmHit } from './bench/warm-hit.ts';
import { LAMBDAS } from './build.ts';
import { buildDist, buildSite, EXAMPLE, ROOT, synthesize } from './build-steps.ts';

const RUNS = 10;
const KIB = 1024;
const BUDGET = {
  serveBytes: 64 * KIB,
  serveImportMs: 25,
  siteZippedBytes: 110 * KIB,
  hitCalls: 2,
  hitWrites: 0,
  renders: 1,
};

async function main(): Promise<string[]> {
  const assembly = await build().catch((cause: unknown) => {
    throw new Error('cannot build the example', { cause });
  });
  const contentApi = await startContentApi({ port: 0 });
  try {
    const stack = await runStack({ assembly, parameters: { ContentApiUrl: contentApi.url }, calm: true });
    return await measure(stack, contentApi).finally(() => stack.stop());
  } finally {
    await contentApi.close();
  }
}

async function build(): Promise<string> {
  const assembly = join(ROOT, 'cdk.out');
  await buildDist();
  await buildSite(EXAMPLE);
  await synthesize(EXAMPLE, assembly);
  return assembly;
}

function measure(stack: LocalStack, contentApi: ContentApi): Promise<string[]> {
  return runParts([
    { name: 'bundles', run: bundles },
    { name: 'calls per request', run: (judge) => requests(stack, contentApi, judge) },
    { name: 'warm hit', run: () => warmHit(stack, contentApi) },
    { name: 'first requests', run: (judge) => firstRequests(stack, contentApi, judge) },
  ]);
}

async function bundles(judge: Judge): Promise<void> {
  const empty = await coldImport('data:text/javascript,', RUNS);
  const rows: string[][] = [];
  for (const name of LAMBDAS) {
    const file = join(ROOT, 'dist/lambdas', name, 'index.mjs');
    const bytes = (await stat(file)).size;
    const milliseconds = await coldImport(file, RUNS);
    rows.push([name, kib(bytes), kib(gzipSync(await readFile(file)).length), milliseconds.toFixed(1)]);
    if (name !== 'serve') continue;
    judge('serve, minified', bytes, BUDGET.serveBytes);
    // A time on a shared machine is told, not judged.
    rows.push(['  budget of serve', kib(BUDGET.serveBytes), '', String(BUDGET.serveImportMs)]);
  }
  const server = await readFile(join(EXAMPLE, '.isr/server/index.mjs'));
  const zipped = gzipSync(server).length;
  judge("the example's server, zipped", zipped, BUDGET.siteZippedBytes);
  const siteImport = await coldImport(join(EXAMPLE, '.isr/server/index.mjs'), RUNS);
  rows.push(['the example’s server', kib(server.length), kib(zipped), siteImport.toFixed(1)]);
  rows.push(['  its budget', '', kib(BUDGET.siteZippedBytes), '']);
  rows.push(['an empty module', '', '', empty.toFixed(1)]);
  printTable('Bundles', ['', 'minified', 'zipped', `cold import, ms (median of ${RUNS})`], rows);
}

async function requests(stack: LocalStack, { slugs }: ContentApi, judge: Judge): Promise<void> {
  const path = `/blog/${slugs[0]}`;
  const get = async (): Promise<void> => {
    forgetEdge(stack);
    await (await fetch(stack.siteUrl + path)).text();
  };
  const rows: CountedCalls[] = [];
  rows.push(await countCalls(stack, 'miss', get));
  rows.push(await countCalls(stack, 'hit', get));
  const [, hit] = rows;
  judge('AWS calls of a hit', hit?.calls ?? Number.NaN, BUDGET.hitCalls);
  judge('writes of a hit', hit?.writes ?? Number.NaN, BUDGET.hitWrites);
  const revalidated = async (request: string, body: object): Promise<void> => {
    // Long after the last one: what comes in a burst is queued and merged.
    stack.clock.advance(60_000);
    rows.push(await countCalls(stack, request, () => revalidate(stack, body)));
  };
  await revalidated('revalidate a path', { paths: [path] });
  rows.push(await countCalls(stack, 'hit, with a ledger', get));
  await revalidated('revalidate a tag', { tags: ['posts'] });
  await revalidated('revalidate a prefix', { prefixes: ['/blog/'] });
  rows.push(await countCalls(stack, 'invalidated', get));
  rows.push(await countCalls(stack, 'edge hit', async () => void (await (await fetch(stack.siteUrl + path)).text())));
  await stack.settled();
  stack.clock.advance(25 * 3_600_000);
  rows.push(await countCalls(stack, 'stale', get));
  rows.push(await countCalls(stack, 'regeneration (until idle)', () => stack.settled()));
  printTable(
    'AWS calls per request, counted at the local services',
    ['request', 'calls', 'writes', 'what'],
    rows.map(({ request, calls, writes, what }) => [request, String(calls), String(writes), what]),
  );
}

async function warmHit(stack: LocalStack, { slugs }: ContentApi): Promise<void> {
  const path = `/blog/${slugs[1]}`;
  await (await fetch(stack.siteUrl + path)).text();
  const deployment = stack.function('serve').environment.ISR_DEPLOYMENT_ID;
  const { p50, p99, getObjectP50 } = await measureWarmHit(stack, `/deployments/${deployment}${path}/index.html`);
  printTable(
    'A warm hit in the handler of serve, 1,000 times',
    ['', 'ms', 'in GetObject calls of the same client'],
    [
      ['p50', p50.toFixed(2), (p50 / getObjectP50).toFixed(2)],
      ['p99', p99.toFixed(2), (p99 / getObjectP50).toFixed(2)],
      ['one GetObject, p50', getObjectP50.toFixed(2), '1.00'],
    ],
  );
}

async function firstRequests(stack: LocalStack, contentApi: ContentApi, judge: Judge): Promise<void> {
  const rows = await countFirstRequests(stack, contentApi);
  for (const { where, requests, responses, renders } of rows) {
    judge(`renders of 1,000 first requests ${where}`, renders, BUDGET.renders);
    judge(`first requests ${where} that were not answered 200`, requests - responses, 0);
  }
  printTable(
    '1,000 first requests for one page at the same time',
    ['', 'answers 200', 'renders'],
    rows.map(({ where, responses, renders }) => [where, String(responses), String(renders)]),
  );
}

async function revalidate(stack: LocalStack, body: object): Promise<void> {
  const config = await readFile(join(EXAMPLE, 'astro.config.mjs'), 'utf8');
  const token = /bypassToken:\s*'([^']+)'/.exec(config)?.[1] ?? '';
  const response = await fetch(stack.functionUrl('revalidate'), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`revalidating ${JSON.stringify(body)} was answered ${response.status}`);
}

/** So that the next request reaches the origin. Done to the emulator itself, not through its API. */
function forgetEdge(stack: LocalStack): void {
  stack.distribution.invalidate(['/*'], `bench-${performance.now()}`);
}

const kib = (bytes: number): string => `${(bytes / KIB).toFixed(1)} KiB`;

function fail(faults: readonly string[]): void {
  for (const fault of faults) console.error(`npm run bench: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}

// What nobody waits for any more, such as a connection that breaks after its part failed.
process.on('uncaughtException', (error) => {
  fail([reasonOf(error)]);
  process.exit();
});
fail(await main().catch((error: unknown) => [reasonOf(error)]));
