import { Socket } from 'node:net';
import { StackClock } from '../../clock.ts';
import { CLOCK_PIPE, CLOCK_VARIABLE, lineReader, parseClock, type SleepMessage } from './protocol.ts';

const given = process.env[CLOCK_VARIABLE];
delete process.env[CLOCK_VARIABLE];
const { pace, position } = parseClock(given);

/** The stack's clock, as far as this sandbox was told. */
export const clock = new StackClock(pace, position);
clock.moveTo(position);

// Threads and processes that a handler starts run this too, but the variable is gone by then: the pipe is not theirs.
const pipe = given === undefined ? undefined : openPipe();

function openPipe(): Socket {
  const socket = new Socket({ fd: CLOCK_PIPE });
  // When the stack ends, so does this process, by other means.
  socket.on('error', () => {});
  socket.setEncoding('utf8').on('data', lineReader(moveClock));
  return socket.unref();
}

/** `told`: where the stack's clock stands. */
export function moveClock(told: unknown): void {
  const moved = Number(told);
  if (Number.isFinite(moved)) clock.moveTo(moved);
}

let sleeps = 0;

/** Tells the stack that somebody sleeps, who wakes by the clock alone; returns the function to call when they wake. */
export function tellSleep(dueAt: number): () => void {
  // Where time flows by itself, nobody has to move it for them.
  if (pace === 'flowing' || dueAt <= clock.now()) return () => {};
  const id = ++sleeps;
  tell(['sleep', id, dueAt]);
  return () => tell(['wake', id]);
}

function tell(message: SleepMessage): void {
  pipe?.write(`${JSON.stringify(message)}\n`);
}
