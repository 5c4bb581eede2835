import type { Violation } from './checks/revalidation-checks.ts';
import { type RunOptions, run } from './simulation.ts';
import type { Fault } from './weather.ts';

export interface Shrunk {
  readonly options: RunOptions;
  readonly violation: Violation;
}

/** Leaves out faults and events for as long as the same guarantee is broken; fewer steps, too. */
export async function shrink(options: RunOptions, violation: Violation): Promise<Shrunk> {
  let best: Shrunk = { options, violation };
  const attempt = async (change: Partial<RunOptions>): Promise<boolean> => {
    const candidate = { ...best.options, ...change };
    const result = await run(candidate);
    if (result.violation?.guarantee !== violation.guarantee) return false;
    best = { options: candidate, violation: result.violation };
    return true;
  };
  for (let before = -1; before !== sizeOf(best); ) {
    before = sizeOf(best);
    for (const fault of best.options.faults) await attempt({ faults: setWithout(best.options.faults, fault) });
    await leaveOutEvents(() => best.options, attempt);
  }
  return best;
}

async function leaveOutEvents(
  current: () => RunOptions,
  attempt: (change: Partial<RunOptions>) => Promise<boolean>,
): Promise<void> {
  for (let size = Math.ceil(current().events / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < current().events; start += size) {
      const without = new Set(current().without);
      for (let i = start; i < Math.min(start + size, current().events); i++) without.add(i);
      if (without.size > current().without.size) await attempt({ without });
    }
  }
}

const sizeOf = ({ options }: Shrunk): number => options.faults.size + options.events - options.without.size;

function setWithout(faults: ReadonlySet<Fault>, fault: Fault): ReadonlySet<Fault> {
  return new Set([...faults].filter((each) => each !== fault));
}
