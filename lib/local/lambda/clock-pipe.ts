import type { Duplex } from 'node:stream';
import type { StackClock } from '../clock.ts';
import { lineReader, type SleepMessage } from './sandbox-preload/protocol.ts';

export interface ClockPipeOptions {
  readonly clock: StackClock;
  /** Of the function, for whoever asks who sleeps. */
  readonly name: string;
  /** Somebody in the sandbox fell asleep or woke. */
  readonly onChange: () => void;
}

interface Sleep {
  readonly dueAt: number;
  readonly wake: () => void;
}

/** The stack's end of the pipe to a sandbox: tells it of each move of the clock, and the clock who sleeps there. */
export class ClockPipe {
  readonly #pipe: Duplex;
  readonly #options: ClockPipeOptions;
  readonly #sleeps = new Map<number, Sleep>();
  readonly #stopTelling: () => void;

  constructor(pipe: Duplex, options: ClockPipeOptions) {
    this.#pipe = pipe;
    this.#options = options;
    const { clock } = options;
    // A sandbox that has ended reads no more.
    pipe.on('error', () => {});
    pipe.setEncoding('utf8').on(
      'data',
      lineReader((line) => this.#note(JSON.parse(line))),
    );
    this.#stopTelling = clock.onMove(() => pipe.write(`${clock.position}\n`));
    // A move since the process was given its clock.
    pipe.write(`${clock.position}\n`);
  }

  /** Whether somebody in the sandbox sleeps whose time has not come. */
  get hasSleeper(): boolean {
    const now = this.#options.clock.now();
    return [...this.#sleeps.values()].some(({ dueAt }) => dueAt > now);
  }

  close(): void {
    this.#stopTelling();
    this.#pipe.destroy();
    for (const { wake } of this.#sleeps.values()) wake();
    this.#sleeps.clear();
  }

  #note(message: SleepMessage): void {
    const [kind, id, dueAt] = message;
    if (kind === 'sleep') this.#sleeps.set(id, this.#sleepUntil(dueAt));
    else this.#wake(id);
    this.#options.onChange();
  }

  #sleepUntil(dueAt: number): Sleep {
    const { clock, name } = this.#options;
    return { dueAt, wake: clock.addSleeper({ name, dueAt }) };
  }

  #wake(id: number): void {
    this.#sleeps.get(id)?.wake();
    this.#sleeps.delete(id);
  }
}
