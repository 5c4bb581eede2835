import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { closest } from './closest.ts';
import { UsageError } from './command.ts';

/** Reads flags and positionals strictly; every misuse is a {@link UsageError}. */
export function readFlags<Options extends ParseArgsOptionsConfig>(
  argv: readonly string[],
  options: Options,
  allowPositionals: boolean,
) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals, strict: true });
  } catch (cause) {
    throw new UsageError(explain(cause as Error & { code?: string }, argv, Object.keys(options), allowPositionals), {
      cause,
    });
  }
}

function explain(
  error: Error & { code?: string },
  argv: readonly string[],
  known: readonly string[],
  allowPositionals: boolean,
): string {
  const unknown = argv.find((word) => word.startsWith('-') && !known.includes(flagName(word)));
  if (error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' && unknown !== undefined) {
    const suggestion = closest(flagName(unknown), known);
    const hint = suggestion === undefined ? '' : `; did you mean --${suggestion}?`;
    return `unknown flag '${unknown}'${hint}`;
  }
  if (error.code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL' && !allowPositionals) {
    return `${error.message.split('. ')[0]}; this command takes flags only`;
  }
  return error.message;
}

function flagName(word: string): string {
  return word.replace(/^-+/, '').split('=')[0] ?? '';
}

/** A TCP port, 0 for any free one. */
export function readPort(flag: string, value: string | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  const port = Number(value);
  if (/^\d+$/.test(value) && port <= 65_535) return port;
  throw new UsageError(`--${flag} must be a number from 0 to 65535, got '${value}'`);
}

/** `['Name=value']` as an object. */
export function readAssignments(flag: string, values: readonly string[]): Readonly<Record<string, string>> {
  const pairs = values.map((value) => {
    const separator = value.indexOf('=');
    if (separator > 0) return [value.slice(0, separator), value.slice(separator + 1)] as const;
    throw new UsageError(`--${flag} must be Name=value, got '${value}'`);
  });
  return Object.fromEntries(pairs);
}
