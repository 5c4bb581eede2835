import type { ParseArgsOptionsConfig } from 'node:util';
import type { Environment } from '../../basics/environment.ts';

/** How a word is shown on a terminal. */
export type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan';

/** What a command gets from its surroundings: a terminal, or a test. */
export interface CliHost {
  out(line: string): void;
  err(line: string): void;
  /** Shows what a long command is doing, in place of what it showed before. An empty text removes it. */
  progress(text: string): void;
  /** Returns the text as it is where colours are not wanted. */
  style(style: Style, text: string): string;
  /** Width of the terminal in characters. `undefined`: the output goes to a file or to another program. */
  readonly columns: number | undefined;
  /** Where relative paths start. */
  readonly directory: string;
  readonly environment: Environment;
  /** Aborted when the user asks to stop (Ctrl-C). */
  readonly stopSignal: AbortSignal;
}

/** 0: done. 1: failed. 2: the command line could not be understood. */
export type ExitCode = 0 | 1 | 2;

export interface Command {
  readonly help: string;
  readonly flags: ParseArgsOptionsConfig;
  readonly allowPositionals: boolean;
  run(argv: readonly string[], host: CliHost): Promise<ExitCode>;
}

/** The command line is wrong. Ends with exit code 2 and a pointer to the help. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command was understood, but could not be done. Ends with exit code 1. */
export class FailedCommand extends Error {
  override readonly name = 'FailedCommand';
}
