import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchText, type PatternPart } from '../../lib/basics/text-pattern.ts';
import { CountingText } from '../support/counting-text.ts';

/** What each part means, as a regular expression: right, but not in linear time. */
const SOURCES = {
  character: '[^]',
  segment: '([^/]+?)',
  rest: '([^]*?)',
  'optional-rest': '(?:/([^]*?))?',
  'optional-slash': '/?',
} as const;

const anyPart = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', '-', '/', '.'), minLength: 1, maxLength: 3 }),
  fc.constantFrom(...(Object.keys(SOURCES) as (keyof typeof SOURCES)[])).map((any) => ({ any })),
);
const anyPattern = fc.array(anyPart, { maxLength: 6 });
const anyText = fc.string({ unit: fc.constantFrom('a', 'b', '-', '/', '.'), maxLength: 12 });

function matchSlowly(parts: readonly PatternPart[], text: string): readonly string[] | undefined {
  const literal = (part: string): string => part.replaceAll(/[.*+?^${}()|[\]\\-]/g, '\\$&');
  const source = parts.map((part) => (typeof part === 'string' ? literal(part) : SOURCES[part.any])).join('');
  const found = new RegExp(`^${source}$`).exec(text);
  return found === null ? undefined : found.slice(1).map((each) => each ?? '');
}

test('a pattern covers what the same regular expression covers, and divides it in the same way', () => {
  fc.assert(
    fc.property(anyPattern, anyText, (parts, text) => {
      expect(matchText(parts, text)).toEqual(matchSlowly(parts, text));
    }),
    { numRuns: 20_000 },
  );
});

test('line breaks and characters of two code units are characters', () => {
  expect(matchText(['a', { any: 'segment' }], 'a\n\u2028😀')).toEqual(['\n\u2028😀']);
});

function readingsOf(parts: readonly PatternPart[], text: string): number {
  const counting = new CountingText(text);
  matchText(parts, counting);
  return counting.readings;
}

describe('the work grows with the text, not with the ways to divide it', () => {
  test('each part reads each character at most as often as it is long', () => {
    const sizeOf = (parts: readonly PatternPart[]): number =>
      parts.reduce((size, part) => size + (typeof part === 'string' ? part.length : 1), 1);
    fc.assert(
      fc.property(anyPattern, fc.string({ unit: fc.constantFrom('a', '-', '/'), maxLength: 300 }), (parts, text) => {
        expect(readingsOf(parts, text)).toBeLessThanOrEqual(2 * sizeOf(parts) * (text.length + 1));
      }),
    );
  });

  test('twice as many dashes are twice the work for four parameters with dashes between', () => {
    const parts: PatternPart[] = ['/', { any: 'segment' }];
    for (let i = 0; i < 3; i++) parts.push('-', { any: 'segment' });
    const [one, two] = [1000, 2000].map((dashes) => readingsOf(parts, `/${'-'.repeat(dashes)}/x`));
    expect(one).toBeGreaterThan(1000);
    expect(two).toBeLessThan(2.1 * (one ?? 0));
  });

  test('so it does for thirty rests', () => {
    const parts: PatternPart[] = Array.from({ length: 30 }, () => [{ any: 'rest' } as const, 'a']).flat();
    const [one, two] = [1000, 2000].map((letters) => readingsOf(parts, `${'a'.repeat(letters)}b`));
    expect(one).toBeGreaterThan(1000);
    expect(two).toBeLessThan(2.1 * (one ?? 0));
  });
});
