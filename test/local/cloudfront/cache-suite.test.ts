import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SuiteTest } from '../../../scripts/cache-suite/suite.ts';
import { type Expectations, surprises, verdictsOf } from '../../../scripts/cache-suite/verdicts.ts';

const testOf = (id: string, ...dependsOn: string[]): SuiteTest => ({ id, name: id, kind: 'required', dependsOn });

describe('verdicts of the public tests for HTTP caches', () => {
  const tests = [testOf('a'), testOf('b', 'a'), testOf('c', 'b'), testOf('d'), testOf('e')];

  test('a test that builds upon one that failed says nothing by itself', () => {
    const verdicts = verdictsOf(tests, { a: ['Assertion', 'stale'], b: true, c: true, d: ['Setup', 'x'] });
    expect([...verdicts]).toEqual([
      ['a', 'fail'],
      ['b', 'depends'],
      ['c', 'depends'],
      ['d', 'setup'],
      ['e', 'setup'],
    ]);
  });

  test('what is better or worse than expected is told, and what the suite no longer has', () => {
    const verdicts = verdictsOf(tests, { a: true, b: ['Assertion', 'x'], c: true, d: true, e: true });
    const expected: Expectations = {
      a: { verdict: 'fail', reason: 'because' },
      c: { verdict: 'depends', reason: 'because' },
      gone: { verdict: 'fail', reason: 'because' },
    };
    expect(surprises(verdicts, expected)).toEqual([
      "a: expected 'fail', got 'pass'",
      "b: expected 'pass', got 'fail'",
      'gone: expected, but the suite has no such test',
    ]);
  });
});

test('each result that is expected to fail has its reason beside it', () => {
  const file = readFileSync(join(import.meta.dirname, 'cache-suite.json'), 'utf8');
  const expectations = Object.entries(JSON.parse(file) as Expectations);
  expect(expectations.filter(([, { reason }]) => !/^[A-Z].*\.$/.test(reason))).toEqual([]);
});
