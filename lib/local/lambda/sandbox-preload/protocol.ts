import type { Pace } from '../../clock.ts';

/** With each event: where the stack's clock stands. */
export const CLOCK_HEADER = 'x-local-clock';

/** The same at the start of a sandbox, with its pace: gone from the environment before a handler can see it. */
export const CLOCK_VARIABLE = '_LOCAL_CLOCK';

/** Where on this machine a distribution's own names lead, for a sandbox alone, which forgets the variable. */
export const NAMES_VARIABLE = '_LOCAL_NAMES';

/** Begins the name of the folder in which a stack's sandboxes share compiled code. */
export const COMPILE_CACHE_PREFIX = 'lambda-compile-cache-';

/**
 * The pipe between stack and sandbox. The stack writes where its clock stands after each move, a number a line; a
 * sandbox whose clock stands writes {@link SleepMessage}s.
 */
export const CLOCK_PIPE = 3;

/** A line of JSON: somebody in the sandbox falls asleep until `dueAt`, or wakes. */
export type SleepMessage = readonly ['sleep', id: number, dueAt: number] | readonly ['wake', id: number];

interface ClockState {
  readonly pace: Pace;
  readonly position: number;
}

export function formatClock({ pace, position }: ClockState): string {
  return `${pace} ${position}`;
}

export function parseClock(text = ''): ClockState {
  const [pace, position] = text.split(' ');
  return { pace: pace === 'standing' ? 'standing' : 'flowing', position: Number(position) || 0 };
}

/** Calls `onText` with each line that comes through a pipe, whatever the chunks. */
export function lineReader(onText: (line: string) => void): (chunk: string) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onText(line);
  };
}

/** `shop.example.com=4400` for each name, with the port that answers https. */
export function formatNames(ports: ReadonlyMap<string, number>): string {
  return [...ports].map(([name, port]) => `${name}=${port}`).join(' ');
}

export function parseNames(text = ''): ReadonlyMap<string, number> {
  const pairs = text.split(' ').filter((pair) => pair !== '');
  return new Map(
    pairs.map((pair) => {
      const [name = '', port] = pair.split('=');
      return [name, Number(port)] as const;
    }),
  );
}
