import { describe, expect, test } from 'vitest';
import { type Check, integerBetween, listOf, matching, objectOf, optional, text } from '../../lib/basics/checks.ts';
import { IsrError } from '../../lib/basics/errors.ts';
import { show } from '../../lib/basics/fault.ts';
import { Faults } from '../../lib/basics/faults.ts';

interface Shop {
  readonly name: string;
  readonly seats: number | undefined;
  readonly dishes: readonly { readonly title: string }[];
}

const shop = objectOf<Shop>({
  name: text,
  seats: optional(integerBetween(1, 100)),
  dishes: listOf(objectOf({ title: text })),
});

function read<T>(value: unknown, check: Check<T>): T {
  const faults = new Faults('the shop');
  return faults.accept(check(faults.in(value)), 'INVALID_OPTION', (sentences) => `no shop: ${sentences} (at Street 1)`);
}

function errorOf(value: unknown, check: Check<unknown>): IsrError {
  try {
    read(value, check);
  } catch (error) {
    if (error instanceof IsrError) return error;
    throw error;
  }
  throw new Error('the value was accepted');
}

test('what is right is read, and members that nobody asked for are left out', () => {
  expect(read({ name: 'Soup', dishes: [{ title: 'Soup', price: 3 }] }, shop)).toEqual({
    name: 'Soup',
    seats: undefined,
    dishes: [{ title: 'Soup' }],
  });
});

test('all faults are told at once, each with its place and value', () => {
  const error = errorOf({ name: '', seats: 0, dishes: [{ title: 'Soup' }, { title: 7 }, null] }, shop);
  expect(error.message).toBe(
    "no shop: 'name' must be a string that is not empty, got ''; 'seats' must be an integer between 1 and 100, got 0; " +
      "'dishes[1].title' must be a string that is not empty, got 7; 'dishes[2]' must be an object, got null (at Street 1)",
  );
  expect(error.faults.map(({ place }) => place)).toEqual([['name'], ['seats'], ['dishes', 1, 'title'], ['dishes', 2]]);
});

test('the whole has a name where it is wrong itself', () => {
  expect(errorOf([], shop).message).toBe('no shop: the shop must be an object, got [] (at Street 1)');
});

test('members that every object has by nature are not taken for given ones', () => {
  const check = objectOf({ constructor: optional(text), toString: text });
  expect(errorOf({}, check).message).toContain("'toString' must be a string that is not empty, got nothing");
});

test('a secret is in neither the message nor the data', () => {
  const key: Check<string> = (given) => matching(/^[a-z]+$/, 'lower-case letters', 'make a new one')(given.secret);
  const error = errorOf({ key: 'hush 123' }, objectOf({ key }));
  expect(error.message).toContain("'key' must be lower-case letters; make a new one");
  expect(JSON.stringify([error.message, error.faults])).not.toContain('hush');
});

describe('a value is shown on one line, short enough for a sentence', () => {
  test.each<[unknown, string]>([
    [undefined, 'nothing'],
    [null, 'null'],
    ["it's", "'it's'"],
    ['a\nb\u2028', "'a\\u000ab\\u2028'"],
    ['x'.repeat(1000), `'${'x'.repeat(77)}...'`],
    [`${'x'.repeat(76)}😀 and more`, `'${'x'.repeat(76)}\ufffd...'`],
    [() => 1, 'a function'],
    [['a'.repeat(100)], `["${'a'.repeat(75)}...`],
    [10n, '10'],
  ])('%s', (value, shown) => {
    expect(show(value)).toBe(shown);
  });

  test('even one that holds itself, or is nested 30,000 deep', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    let deep: unknown[] = [];
    for (let depth = 0; depth < 30_000; depth++) deep = [deep];
    expect([show(circle), show(deep)]).toEqual(['[object Object]', '[object Array]']);
  });
});
