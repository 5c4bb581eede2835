/** What the command line gives a command, and what a test replaces. */
export interface CliHost {
  out(line: string): void;
  err(line: string): void;
  /** Folder that paths are relative to. */
  readonly directory: string;
  /** Aborted when the user asks to stop (Ctrl-C). */
  readonly stopSignal: AbortSignal;
}

/** Done, failed, or called in a way that cannot be understood. */
export type ExitCode = 0 | 1 | 2;

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  readonly help: string;
  run(argv: readonly string[], host: CliHost): Promise<ExitCode>;
}

/** The command line is at fault: exit code 2, with a pointer to the help. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
