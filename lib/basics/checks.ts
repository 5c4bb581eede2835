import type { Given } from './faults.ts';
import { isJsonObject } from './json-object.ts';
import { ownValue } from './own-value.ts';

export type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a value, or notes what it must be instead and returns `undefined`. What was read counts only when nothing was
 * noted, see `Faults.throwIfAny`.
 */
export type Check<T> = (given: Given) => T | undefined;

export const anyString: Check<string> = (given) =>
  typeof given.value === 'string' ? given.value : given.mustBe('a string');

/** A string that is not empty. */
export const text: Check<string> = (given) =>
  typeof given.value === 'string' && given.value !== '' ? given.value : given.mustBe('a string that is not empty');

export const trueOrFalse: Check<boolean> = (given) =>
  typeof given.value === 'boolean' ? given.value : given.mustBe('true or false');

export function integerBetween(min: number, max: number): Check<number> {
  return (given) => {
    const { value } = given;
    const isGood = typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
    return isGood ? value : given.mustBe(`an integer between ${min} and ${max}`);
  };
}

export function matching(pattern: RegExp, mustBe: string, remedy?: string): Check<string> {
  return (given) =>
    typeof given.value === 'string' && pattern.test(given.value) ? given.value : given.mustBe(mustBe, remedy);
}

export function oneOf<T extends string>(...values: readonly T[]): Check<T> {
  return (given) => values.find((each) => each === given.value) ?? given.mustBe(`one of ${values.join(', ')}`);
}

/** `check` for a value that is there; nothing is fine too. */
export function optional<T>(check: Check<T>): Check<T | undefined> {
  return (given) => (given.value === undefined ? undefined : check(given));
}

export function withDefault<T>(check: Check<T>, whenAbsent: T): Check<T> {
  return (given) => (given.value === undefined ? whenAbsent : check(given));
}

export function listOf<T>(item: Check<T>, mustBe = 'a list', remedy?: string): Check<readonly T[]> {
  return (given) => {
    if (!Array.isArray(given.value)) return given.mustBe(mustBe, remedy);
    const values: readonly unknown[] = given.value;
    return values.flatMap((value, index) => item(given.at(index, value)) ?? []);
  };
}

/** An object that has these members; others are left out. */
export function objectOf<T extends object>(members: { readonly [K in keyof T]-?: Check<T[K]> }): Check<T> {
  const checks = Object.entries<Check<unknown>>(members);
  return (given) => {
    const fields = fieldsOf(given);
    if (fields === undefined) return undefined;
    return Object.fromEntries(checks.map(([name, check]) => [name, check(memberOf(given, fields, name))])) as T;
  };
}

/** An object whose members are all alike. */
export function recordOf<T>(member: Check<T>): Check<Readonly<Record<string, T>>> {
  return (given) => {
    const fields = fieldsOf(given);
    if (fields === undefined) return undefined;
    const read = Object.keys(fields).map((name) => [name, member(memberOf(given, fields, name))] as const);
    return Object.fromEntries(read.filter((entry): entry is readonly [string, T & {}] => entry[1] !== undefined));
  };
}

/** The members of an object, or a note that it is none. */
export function fieldsOf(given: Given, mustBe = 'an object', remedy?: string): Fields | undefined {
  return isJsonObject(given.value) ? given.value : given.mustBe(mustBe, remedy);
}

export function memberOf(given: Given, fields: Fields, name: string): Given {
  return given.at(name, ownValue(fields, name));
}

/** Notes each member that is none of `known`. Not its value: a token under a name that is misspelt is still a token. */
export function rejectUnknown(given: Given, fields: Fields, known: readonly string[], mustBe: string): void {
  const unknown = Object.keys(fields).filter((name) => !known.includes(name));
  for (const name of unknown) memberOf(given, fields, name).secret.mustBe(mustBe, `use ${known.join(', ')}`);
}
