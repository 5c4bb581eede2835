import type { CliHost } from '../../lib/cli/command.ts';

/** Keeps what a command says. */
export class FakeHost implements CliHost {
  readonly said: string[] = [];
  readonly complained: string[] = [];
  readonly directory: string;
  readonly #stopping = new AbortController();

  constructor(directory = process.cwd()) {
    this.directory = directory;
  }

  get stopSignal(): AbortSignal {
    return this.#stopping.signal;
  }

  out(line: string): void {
    this.said.push(line);
  }

  err(line: string): void {
    this.complained.push(line);
  }

  /** What Ctrl-C does. */
  interrupt(): void {
    this.#stopping.abort();
  }
}
