import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { type Fault, sentenceOf } from '../../basics/fault.ts';
import { closest } from './closest.ts';
import { UsageError } from './command.ts';

/** Reads flags and positional arguments. Throws a {@link UsageError} for all that the command does not know. */
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
    // The value is left out: it may be a secret.
    return `unknown flag '${unknown.split('=')[0]}'${hint}`;
  }
  if (error.code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL' && !allowPositionals) {
    return `${error.message.split('. ')[0]}; this command takes flags only`;
  }
  return error.message;
}

function flagName(word: string): string {
  return word.replace(/^-+/, '').split('=')[0] ?? '';
}

/** Says what a flag must be. A `value` that may be a secret has to be left out, so that it is not shown. */
export function flagFault(flag: string, fault: Omit<Fault, 'place'>): UsageError {
  return new UsageError(sentenceOf({ ...fault, place: [] }, flag));
}

/** A TCP port, 0 for any free one. */
export function readPort(flag: string, value: string | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  const port = Number(value);
  if (/^\d+$/.test(value) && port <= 65_535) return port;
  throw flagFault(`--${flag}`, { value, mustBe: 'a number from 0 to 65535' });
}

/** A whole number of at least 1. */
export function readCount(flag: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const count = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(count) && count > 0) return count;
  throw flagFault(`--${flag}`, { value, mustBe: 'a whole number of at least 1' });
}

/** One of `choices`. */
export function readChoice<Choice extends string>(flag: string, value: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const suggestion = closest(value, choices);
  const remedy = suggestion === undefined ? {} : { remedy: `did you mean ${suggestion}?` };
  throw flagFault(`--${flag}`, { value, mustBe: `one of ${choices.join(', ')}`, ...remedy });
}

/** Turns `['Name=value']` into an object. */
export function readAssignments(flag: string, values: readonly string[]): Readonly<Record<string, string>> {
  const pairs = values.map((value) => {
    const separator = value.indexOf('=');
    if (separator > 0) return [value.slice(0, separator), value.slice(separator + 1)] as const;
    throw flagFault(`--${flag}`, { value, mustBe: 'Name=value' });
  });
  return Object.fromEntries(pairs);
}
