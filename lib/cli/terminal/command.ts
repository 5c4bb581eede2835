import type { ParseArgsOptionsConfig } from 'node:util';
import type { Environment } from '../../basics/environment.ts';

/** How a word is shown on a terminal. */
export type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan';

/** What the command line gives a command, and what a test replaces. */
export interface CliHost {
  out(line: string): void;
  err(line: string): void;
  /** What a long work is at, in place of what was said before; the empty text takes it away. */
  progress(text: string): void;
  /** The text itself where no colours are wanted. */
  style(style: Style, text: string): string;
  /** Characters in a line of the terminal; `undefined`: the output goes to a file or another program. */
  readonly columns: number | undefined;
  /** Folder that paths are relative to. */
  readonly directory: string;
  readonly environment: Environment;
  /** Aborted when the user asks to stop (Ctrl-C). */
  readonly stopSignal: AbortSignal;
}

/** Done, failed, or called in a way that cannot be understood. */
export type ExitCode = 0 | 1 | 2;

export interface Command {
  readonly help: string;
  readonly flags: ParseArgsOptionsConfig;
  readonly allowPositionals: boolean;
  run(argv: readonly string[], host: CliHost): Promise<ExitCode>;
}

/** The command line is at fault: exit code 2, with a pointer to the help. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command was understood and could not be done: exit code 1. */
export class FailedCommand extends Error {
  override readonly name = 'FailedCommand';
}
