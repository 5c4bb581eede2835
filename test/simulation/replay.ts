import { EVENTS, type RunOptions } from './simulation.ts';
import { FAULTS, type Fault } from './weather.ts';

/** One run, as far as it has to be told. */
export type Run = Omit<RunOptions, 'scripts' | 'trace'>;

/** Of the command line and of seeds.json. */
export interface RunText {
  readonly seed: number;
  /** With commas between; `none` for none. */
  readonly faults?: string;
  /** Numbers of events that are left out: `3,5-9`. */
  readonly without?: string;
}

export function parseRun({ seed, faults, without }: RunText, byDefault: ReadonlySet<Fault>): Run {
  const named = faults?.split(',').filter((name) => name !== 'none');
  const unknown = named?.find((name) => !FAULTS.some((fault) => fault === name));
  if (unknown !== undefined) throw new Error(`there is no fault '${unknown}'; there are ${FAULTS.join(', ')}`);
  return {
    seed,
    events: EVENTS,
    faults: named === undefined ? byDefault : new Set(FAULTS.filter((fault) => named.includes(fault))),
    without: new Set((without ?? '').split(',').flatMap(numbersIn)),
  };
}

export function textOfRun({ seed, faults, without }: Run): Required<RunText> {
  return { seed, faults: faults.size === 0 ? 'none' : [...faults].join(','), without: rangesOf(without) };
}

function numbersIn(range: string): number[] {
  if (range === '') return [];
  const [first = 0, last = first] = range.split('-').map(Number);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

function rangesOf(numbers: ReadonlySet<number>): string {
  const ranges: [first: number, last: number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const range = ranges.at(-1);
    if (range?.[1] === number - 1) range[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(',');
}
