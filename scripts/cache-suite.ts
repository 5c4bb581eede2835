/** Runs the public tests for HTTP caches against the local edge, and tells what is not as expected. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reasonOf } from '../lib/basics/errors.ts';
import { printTable } from './bench/table.ts';
import { ROOT } from './build-steps.ts';
import { runCache } from './cache-suite/stack.ts';
import { installSuite, listTests, type RawResult, runSuite, SUITE, startOrigin } from './cache-suite/suite.ts';
import { type Expectations, surprises, type Verdict, verdictsOf } from './cache-suite/verdicts.ts';

const EXPECTATIONS = join(ROOT, 'test/local/cloudfront/cache-suite.json');
const KINDS = ['required', 'optimal', 'check'] as const;
const VERDICTS: readonly Verdict[] = ['pass', 'fail', 'depends', 'setup'];

async function main(): Promise<void> {
  await installSuite();
  const results = await throughTheEdge();
  const tests = await listTests();
  const verdicts = verdictsOf(tests, results);
  const count = (kind: string, verdict: Verdict): string =>
    String(tests.filter((test) => test.kind === kind && verdicts.get(test.id) === verdict).length);
  printTable(
    `${SUITE} against the local edge`,
    ['tests', ...VERDICTS],
    KINDS.map((kind) => [kind, ...VERDICTS.map((verdict) => count(kind, verdict))]),
  );
  const judged = new Map([...verdicts].filter(([id]) => tests.find((test) => test.id === id)?.kind !== 'check'));
  const lines = surprises(judged, JSON.parse(await readFile(EXPECTATIONS, 'utf8')) as Expectations);
  if (lines.length === 0) return console.log('\nEach result is as test/local/cloudfront/cache-suite.json expects it.');
  console.error(`\nNot as test/local/cloudfront/cache-suite.json expects it:\n${lines.join('\n')}`);
  for (const id of lines.map((line) => line.split(':')[0] ?? ''))
    console.error(`  ${id}: ${JSON.stringify(results[id])}`);
  process.exitCode = 1;
}

async function throughTheEdge(): Promise<Readonly<Record<string, RawResult>>> {
  const origin = await startOrigin();
  try {
    const stack = await runCache(origin.url);
    try {
      return await runSuite(stack.siteUrl);
    } finally {
      await stack.stop();
    }
  } finally {
    origin.stop();
  }
}

await main().catch((error: unknown) => {
  console.error(`cannot run the cache suite: ${reasonOf(error)}`);
  process.exitCode = 1;
});
