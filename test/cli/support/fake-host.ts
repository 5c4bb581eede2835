import type { Environment } from '../../../lib/basics/environment.ts';
import type { CliHost } from '../../../lib/cli/terminal/command.ts';

/** Keeps what a command says. */
export class FakeHost implements CliHost {
  readonly said: string[] = [];
  readonly complained: string[] = [];
  readonly progressed: string[] = [];
  readonly directory: string;
  readonly environment: Environment;
  columns: number | undefined = 80;
  readonly #stopping = new AbortController();
  readonly #waiting = new Set<() => void>();

  constructor(directory = process.cwd(), environment: Environment = {}) {
    this.directory = directory;
    this.environment = environment;
  }

  get stopSignal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Everything that was printed, wherever. */
  get printed(): string {
    return [...this.said, ...this.complained, ...this.progressed].join('\n');
  }

  out(line: string): void {
    this.said.push(line);
    for (const look of this.#waiting) look();
  }

  err(line: string): void {
    this.complained.push(line);
    for (const look of this.#waiting) look();
  }

  progress(text: string): void {
    this.progressed.push(text);
  }

  style(_: string, text: string): string {
    return text;
  }

  /** Resolves as soon as what was printed is so. */
  until(isSo: (host: FakeHost) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isSo(this)) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** What Ctrl-C does. */
  interrupt(): void {
    this.#stopping.abort();
  }
}
