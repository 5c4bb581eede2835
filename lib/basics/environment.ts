import { type Check, matching, oneOf, text } from './checks.ts';
import { Faults } from './faults.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** How a value stands in the environment, as seen by who writes and by who reads it. */
export interface Format<T> {
  readonly read: Check<T>;
  /** `undefined`: the variable is not set. */
  readonly write: (value: T) => string | undefined;
}

export interface Variable<T> {
  readonly name: string;
  readonly format: Format<T>;
}

export type Variables<T> = { readonly [K in keyof T]-?: Variable<T[K]> };

/** What a table of variables holds, by the keys of the table. */
export type ValuesOf<V> = { readonly [K in keyof V]: V[K] extends Variable<infer T> ? T : never };

/**
 * Reads all variables of a table. `what` starts with them: `the serve function`.
 *
 * @throws IsrError INVALID_CONFIGURATION, naming every fault at once
 */
export function readEnvironment<T extends object>(what: string, variables: Variables<T>, environment: Environment): T {
  const faults = new Faults('the environment');
  const given = faults.in(environment);
  const read = keysOf(variables).map((key) => {
    const { name, format } = variables[key];
    return [key, format.read(given.at(name, environment[name]))];
  });
  const message = (sentences: string): string => `cannot start ${what}: ${sentences}`;
  return faults.accept(Object.fromEntries(read) as T, 'INVALID_CONFIGURATION', message);
}

/** The environment that `readEnvironment` reads these values from. */
export function writeEnvironment<T extends object>(
  variables: Variables<T>,
  values: NoInfer<T>,
): Record<string, string> {
  const written = <K extends keyof T>(key: K): readonly [string, string | undefined] => {
    const { name, format } = variables[key];
    return [name, format.write(values[key])];
  };
  const entries = keysOf(variables).map(written);
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
}

function keysOf<T extends object>(variables: Variables<T>): (keyof T)[] {
  return Object.keys(variables) as (keyof T)[];
}

/** A text that is not empty. */
export const TEXT: Format<string> = { read: text, write: (value) => value };

/** Nothing, or an empty text, is `undefined`. */
export const OPTIONAL_TEXT: Format<string | undefined> = {
  read: ({ value }) => (typeof value === 'string' && value) || undefined,
  write: (value) => value,
};

export const POSITIVE_INTEGER: Format<number> = {
  read: (given) => {
    const digits = matching(/^[1-9]\d*$/, 'a positive integer')(given);
    return digits === undefined ? undefined : Number(digits);
  },
  write: String,
};

export const WHOLE_NUMBER: Format<number> = {
  read: (given) => {
    const digits = matching(/^\d+$/, 'a whole number')(given);
    return digits === undefined ? undefined : Number(digits);
  },
  write: String,
};

/** A positive number of seconds, or `false`. */
export const EXPIRATION: Format<number | false> = {
  read: (given) => {
    const text = matching(/^(false|[1-9]\d*)$/, "'false' or a positive integer")(given);
    return text === undefined ? undefined : text !== 'false' && Number(text);
  },
  write: String,
};

/** Items with commas between; none when it is not set. */
export const LIST: Format<readonly string[]> = {
  read: ({ value }) => itemsIn(value),
  write: (items) => items.join(','),
};

/** SHA-256 hashes. Whoever puts a token here by mistake will not find it in a log. */
export const HASHES: Format<readonly string[]> = {
  read: (given) => {
    const items = itemsIn(given.value);
    return items.every((hash) => /^[0-9a-f]{64}$/.test(hash))
      ? items
      : given.secret.mustBe('SHA-256 hashes (64 hex digits each) with commas between');
  },
  write: (items) => items.join(','),
};

export const TRUE_OR_FALSE: Format<boolean> = {
  read: (given) => {
    const text = oneOf('true', 'false')(given);
    return text === undefined ? undefined : text === 'true';
  },
  write: String,
};

export function choiceOf<T extends string>(...values: readonly T[]): Format<T> {
  return { read: oneOf(...values), write: (value) => value };
}

function itemsIn(value: unknown): string[] {
  return typeof value === 'string' ? value.split(',').filter((item) => item !== '') : [];
}
