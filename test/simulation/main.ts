import { parseArgs } from 'node:util';
import { loadEdgeScripts } from './edge-scripts.ts';
import { shrink } from './shrink.ts';
import { EVENTS, faultsOf, type RunOptions, run } from './simulation.ts';
import { FAULTS, type Fault } from './weather.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    steps: { type: 'string' },
    minutes: { type: 'string' },
    trace: { type: 'boolean' },
    shrink: { type: 'boolean' },
    without: { type: 'string' },
    faults: { type: 'string' },
    events: { type: 'string' },
    from: { type: 'string' },
    no: { type: 'string' },
  },
});
const scripts = await loadEdgeScripts();
let seed = Number(values.seed ?? values.from ?? 1);
const begun = performance.now();
const until = Number(values.minutes ?? 0.2) * 60_000;
let steps = 0;
let runs = 0;
do {
  const no = new Set((values.no ?? '').split(','));
  const given =
    values.faults === undefined
      ? faultsOf(seed)
      : new Set(values.faults.split(',').filter((f): f is Fault => FAULTS.includes(f as Fault)));
  const faults = new Set([...given].filter((f) => !no.has(f)));
  let options: RunOptions = {
    seed,
    events: Number(values.events ?? EVENTS),
    faults,
    without: new Set(
      (values.without ?? '')
        .split(',')
        .filter(Boolean)
        .flatMap((r) => {
          const [a, b] = r.split('-').map(Number);
          return Array.from({ length: (b ?? a!) - a! + 1 }, (_, i) => a! + i);
        }),
    ),
    scripts,
  };
  const result = await run(options);
  steps += result.steps;
  runs++;
  if (result.violation !== undefined) {
    let violation = result.violation;
    console.log(seed, violation.guarantee, violation.message, values.shrink ? '' : [...faults].join(' '));
    if (values.shrink) {
      ({ options, violation } = await shrink(options, violation));
      console.log('   ', violation.guarantee, violation.message);
      console.log(
        '   ',
        violation.step,
        'steps',
        `--seed ${seed} --faults ${[...options.faults].join(',') || 'none'} --without ${ranges(options.without)}`,
      );
      if (values.trace) await run({ ...options, trace: (line: string) => console.log('      ', line) });
    } else if (values.trace) await run({ ...options, trace: (line: string) => console.log(line) });
  }
  seed++;
} while (values.seed === undefined && performance.now() - begun < until);
const cpu = process.cpuUsage();
console.log(
  runs,
  'runs',
  steps,
  'steps',
  Math.round(performance.now() - begun),
  'ms',
  ((cpu.user + cpu.system) / steps).toFixed(1),
  'us cpu per step',
);

function ranges(numbers: ReadonlySet<number>): string {
  const sorted = [...numbers].sort((a, b) => a - b);
  const out: string[] = [];
  for (let i = 0; i < sorted.length; ) {
    let j = i;
    while (sorted[j + 1] === (sorted[j] as number) + 1) j++;
    out.push(i === j ? String(sorted[i]) : `${sorted[i]}-${sorted[j]}`);
    i = j + 1;
  }
  return out.join(',');
}
