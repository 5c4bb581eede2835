import { type Check, matching } from './checks.ts';
import { Faults } from './faults.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export type Readers<T> = { readonly [K in keyof T]-?: readonly [variable: string, check: Check<T[K]>] };

/** Reads all variables, or throws INVALID_CONFIGURATION that names every fault. */
export function readEnvironment<T extends object>(what: string, readers: Readers<T>, environment: Environment): T {
  const faults = new Faults('the environment');
  const given = faults.in(environment);
  const entries = Object.entries<readonly [string, Check<unknown>]>(readers);
  const read = entries.map(([name, [variable, check]]) => [name, check(given.at(variable, environment[variable]))]);
  const message = (sentences: string): string => `cannot start ${what}: ${sentences}`;
  return faults.accept(Object.fromEntries(read) as T, 'INVALID_CONFIGURATION', message);
}

/** Nothing, or an empty text, is `undefined`. */
export const optionalText: Check<string | undefined> = ({ value }) => (typeof value === 'string' && value) || undefined;

export const positiveInteger: Check<number> = (given) => {
  const digits = matching(/^[1-9]\d*$/, 'a positive integer')(given);
  return digits === undefined ? undefined : Number(digits);
};

/** `false`, or a positive number of seconds. */
export const expiration: Check<number | false> = (given) => {
  const text = matching(/^(false|[1-9]\d*)$/, "'false' or a positive integer")(given);
  return text === undefined ? undefined : text !== 'false' && Number(text);
};

/** Items with commas between; none when it is not set. */
export const list: Check<readonly string[]> = ({ value }) => itemsIn(value);

/** SHA-256 hashes. Whoever puts a token here by mistake will not find it in a log. */
export const hashes: Check<readonly string[]> = (given) => {
  const items = itemsIn(given.value);
  return items.every((hash) => /^[0-9a-f]{64}$/.test(hash))
    ? items
    : given.secret.mustBe('SHA-256 hashes (64 hex digits each) with commas between');
};

function itemsIn(value: unknown): string[] {
  return typeof value === 'string' ? value.split(',').filter((item) => item !== '') : [];
}
