import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type EdgeScripts, loadEdgeScripts } from './aws/edge-scripts.ts';
import { MUTATIONS } from './mutations.ts';
import { parseRun, type RunText, textOfRun } from './replay.ts';
import { shrink } from './shrink.ts';
import { faultsOf, type RunResult, run } from './simulation.ts';
import type { World } from './world.ts';

interface KeptSeed extends RunText {
  /** What it found when it failed. */
  readonly found: string;
}

const KEPT = JSON.parse(readFileSync(new URL('seeds.json', import.meta.url), 'utf8')) as readonly KeptSeed[];
const FIXED = Array.from({ length: 12 }, (_, i) => 1000 + i);
const MANY = 60;

let scripts: EdgeScripts;
beforeAll(async () => {
  scripts = await loadEdgeScripts();
});

const optionsOf = (text: RunText) => ({ ...parseRun(text, faultsOf(text.seed)), scripts });

describe('every guarantee holds in the run that once showed how', () => {
  test.each(KEPT)('$found (seed $seed)', async (kept) => {
    expect((await run(optionsOf(kept))).violation).toBeUndefined();
  });
});

test.each(FIXED)('every guarantee holds in the run of seed %i', async (seed) => {
  const { violation, steps } = await run(optionsOf({ seed }));
  expect(violation).toBeUndefined();
  expect(steps).toBeGreaterThan(1000);
});

test('a seed decides everything', async () => {
  const traceOf = async (): Promise<string[]> => {
    const lines: string[] = [];
    // Names that no one reads are random.
    const trace = (line: string): number => lines.push(line.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|"[0-9a-f]{32}"/g, ''));
    await run({ ...optionsOf({ seed: 106 }), trace });
    return lines;
  };
  const first = await traceOf();
  expect(first.length).toBeGreaterThan(1000);
  expect(await traceOf()).toEqual(first);
});

test('a run is told and read again', () => {
  const text = { seed: 7, faults: 's3-refuses,outages', without: '0-3,7,9-10' };
  expect(textOfRun(parseRun(text, new Set()))).toEqual(text);
  expect(textOfRun(parseRun({ seed: 7, faults: 'none' }, faultsOf(7)))).toEqual({
    seed: 7,
    faults: 'none',
    without: '',
  });
  expect(() => parseRun({ seed: 7, faults: 'rain' }, new Set())).toThrow("there is no fault 'rain'");
});

test.each(MUTATIONS)('there is something to break so that $name', ({ file, find }) => {
  const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  expect(source.split(find)).toHaveLength(2);
});

/** The first violation of many runs in a world that is not as it should be. */
async function firstViolation(sabotage: (world: World) => void): Promise<RunResult & { readonly seed: number }> {
  for (let seed = 1; seed <= MANY; seed++) {
    const result = await run({ ...optionsOf({ seed }), sabotage });
    if (result.violation !== undefined) return { ...result, seed };
  }
  throw new Error(`nothing was found in ${MANY} runs`);
}

describe('the simulation finds', () => {
  test('a store whose conditional writes are none', async () => {
    const { violation } = await firstViolation(({ bucket }) => {
      const call = bucket.call.bind(bucket);
      bucket.call = ({ headers: { 'if-match': _, 'if-none-match': other, ...headers } = {}, ...rest }) =>
        call({
          ...rest,
          headers: rest.method === 'GET' && other !== undefined ? { ...headers, 'if-none-match': other } : headers,
        });
    });
    expect([1, 3, 4, 7]).toContain(violation?.guarantee);
  });

  test('a location that purges nothing', async () => {
    const { violation } = await firstViolation(({ distribution }) => {
      for (const location of distribution.locations) location.purge = () => undefined;
    });
    expect(violation?.guarantee).toBe(4);
  });

  test('a bucket that is lost with all that is in it, for those who need no function', async () => {
    const { violation } = await firstViolation(({ bucket }) => {
      const put = bucket.put.bind(bucket);
      bucket.put = (key, body, { 'x-amz-meta-isr': _, ...headers }) => put(key, body, headers);
    });
    expect(violation).toBeDefined();
  });

  test('it in fewer steps, once it leaves out what does not matter', async () => {
    const sabotage = ({ distribution }: World): void => {
      for (const location of distribution.locations) location.purge = () => undefined;
    };
    const found = await firstViolation(sabotage);
    if (found.violation === undefined) throw new Error('nothing was found');
    const shrunk = await shrink({ ...optionsOf({ seed: found.seed }), sabotage }, found.violation);
    expect(shrunk.violation.step).toBeLessThan(found.violation.step);
    expect(shrunk.options.without.size).toBeGreaterThan(100);
    const again = await run(shrunk.options);
    expect(again.violation).toEqual(shrunk.violation);
  });
});
