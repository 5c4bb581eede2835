import type { EdgeScripts } from './aws/edge-scripts.ts';
import { Calm } from './checks/calm.ts';
import type { Violation } from './checks/revalidation-checks.ts';
import { awslambda } from './deployment.ts';
import { Random } from './random.ts';
import { FAULTS, type Fault } from './weather.ts';
import { Workload } from './workload.ts';
import { World } from './world.ts';

export interface RunOptions {
  readonly seed: number;
  readonly events: number;
  readonly faults: ReadonlySet<Fault>;
  readonly without: ReadonlySet<number>;
  readonly scripts: EdgeScripts;
  readonly trace?: (line: string) => void;
  /** Breaks the world before it begins, to see that it is noticed. */
  readonly sabotage?: (world: World) => void;
}

export interface RunResult {
  readonly violation: Violation | undefined;
  readonly steps: number;
}

export const EVENTS = 120;

/** Each run has some of the faults, so that none hides another. */
export function faultsOf(seed: number): ReadonlySet<Fault> {
  const random = new Random(seed).fork('faults');
  const share = random.pick([0.1, 0.3, 0.6]);
  const faults = new Set(FAULTS.filter(() => random.chance(share)));
  // Sequences of an older ledger that is put back are told from those of before by the time, so by clocks that agree.
  if (faults.has('clocks-are-skewed')) faults.delete('ledger-is-restored');
  return faults;
}

/** One run: a world, what happens in it, and a calm in the end. */
export async function run(options: RunOptions): Promise<RunResult> {
  const realRandom = Math.random;
  const random = new Random(options.seed).fork('Math.random');
  Math.random = () => random.next();
  Object.assign(globalThis, { awslambda });
  try {
    const world = new World({ ...options, trace: options.trace });
    options.sabotage?.(world);
    const workload = new Workload(world, options);
    const { scheduler, checker } = world;
    const calm = new Calm(world, random.fork('calm'));
    scheduler.after(workload.endsAt - scheduler.now, () => calm.begin());
    await scheduler.run(() => checker.violation !== undefined || calm.isOver);
    return { violation: checker.violation, steps: scheduler.steps };
  } finally {
    Math.random = realRandom;
  }
}
