import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadEdgeScripts } from './aws/edge-scripts.ts';
import { parseRun, type Run, type RunText, textOfRun } from './replay.ts';
import { shrink } from './shrink.ts';
import { faultsOf, run } from './simulation.ts';

const USAGE = `npm run simulate                       the kept seeds, then fresh ones for a minute
npm run simulate -- --minutes 5        fresh ones for so long
npm run simulate -- --steps 1000000    or for so many steps
npm run simulate -- --from 7           fresh ones from this one on, instead of from one that the time gives
npm run simulate -- --seed 7           one seed; with --faults and --without as a failing run printed them
  --fresh                              without the kept seeds
  --first                              ends at what is found first, and looks for nothing shorter`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean' },
    seed: { type: 'string' },
    faults: { type: 'string' },
    without: { type: 'string' },
    steps: { type: 'string' },
    minutes: { type: 'string' },
    from: { type: 'string' },
    fresh: { type: 'boolean' },
    first: { type: 'boolean' },
  },
});
const scripts = await loadEdgeScripts();
const begun = performance.now();
let steps = 0;
let runs = 0;

/** Whether the guarantees held; if not, says how to see it again in as few steps as could be found. */
async function holds(options: Run): Promise<boolean> {
  const result = await run({ ...options, scripts });
  steps += result.steps;
  runs++;
  if (result.violation === undefined) return true;
  const { guarantee, message } = result.violation;
  if (values.first) {
    console.log(`found after ${steps.toLocaleString('en')} steps, by seed ${options.seed}: (${guarantee}) ${message}`);
    return false;
  }
  console.log(`seed ${options.seed} breaks guarantee ${guarantee}: ${message}\nlooking for fewer steps ...`);
  const shrunk = await shrink({ ...options, scripts }, result.violation);
  await run({ ...shrunk.options, trace: (line) => console.log(`  ${line}`) });
  console.log(`guarantee ${guarantee} after ${shrunk.violation.step} steps: ${shrunk.violation.message}`);
  const { seed, faults, without } = textOfRun(shrunk.options);
  const left = without === '' ? '' : ` --without ${without}`;
  console.log(`see it again: npm run simulate -- --seed ${seed} --faults ${faults}${left}`);
  return false;
}

function* freshRuns(): Generator<Run> {
  const until = performance.now() + Number(values.minutes ?? (values.steps === undefined ? 1 : 600)) * 60_000;
  const first = Number(values.from ?? Date.now() % 2 ** 31);
  console.log(`fresh seeds from ${first}`);
  for (
    let seed = first;
    performance.now() < until && steps < Number(values.steps ?? Number.POSITIVE_INFINITY);
    seed++
  ) {
    yield parseRun({ seed }, faultsOf(seed));
  }
}

function* chosenRuns(): Generator<Run> {
  if (values.seed !== undefined) {
    const seed = Number(values.seed);
    yield parseRun({ ...values, seed }, faultsOf(seed));
    return;
  }
  const kept = JSON.parse(readFileSync(new URL('seeds.json', import.meta.url), 'utf8')) as readonly RunText[];
  for (const text of values.fresh ? [] : kept) yield parseRun(text, faultsOf(text.seed));
  yield* freshRuns();
}

async function main(): Promise<boolean> {
  for (const options of chosenRuns()) if (!(await holds(options))) return false;
  const minutes = (performance.now() - begun) / 60_000;
  const speed = Math.round(steps / minutes).toLocaleString('en');
  console.log(`${runs} runs, ${steps.toLocaleString('en')} steps, ${speed} a minute: every guarantee held`);
  return true;
}

if (values.help) console.log(USAGE);
else if (!(await main())) process.exitCode = 1;
