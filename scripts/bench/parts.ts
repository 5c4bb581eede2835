/** Notes a value that is over its budget. */
export type Judge = (what: string, value: number, budget: number) => void;

export interface Part {
  readonly name: string;
  run(judge: Judge): Promise<void>;
}

/** Runs all parts one after the other, also after one that fails. Answers a line for each fault. */
export async function runParts(parts: readonly Part[]): Promise<string[]> {
  const faults: string[] = [];
  const judge: Judge = (what, value, budget) => {
    if (!(value <= budget)) faults.push(`${what}: ${value}, at most ${budget} are allowed`);
  };
  for (const { name, run } of parts) {
    await run(judge).catch((error: unknown) => faults.push(`${name}: ${reasonOf(error)}`));
  }
  return faults;
}

/** What happened and why, without where in the code: `fetch failed: read ECONNRESET`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // The error of several addresses that were tried has no message of its own.
  const message = error.message || (error as NodeJS.ErrnoException).code || error.name;
  return error.cause === undefined ? message : `${message}: ${reasonOf(error.cause)}`;
}
