import { expect, test } from 'vitest';
import { type Part, reasonOf, runParts } from '../../scripts/bench/parts.ts';

const ran: string[] = [];
const part = (name: string, run: Part['run'] = async () => {}): Part => ({
  name,
  run: async (judge) => {
    ran.push(name);
    await run(judge);
  },
});

test('a part that fails is told in one line, and the others run', async () => {
  const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  const faults = await runParts([
    part('first'),
    part('crowd', () => Promise.reject(new TypeError('fetch failed', { cause: reset }))),
    part('last'),
  ]);
  expect(ran).toEqual(['first', 'crowd', 'last']);
  expect(faults).toEqual(['crowd: fetch failed: read ECONNRESET']);
});

test('what is over its budget, or was not measured, is told with the value', async () => {
  const faults = await runParts([
    part('sizes', async (judge) => {
      judge('bytes', 100, 100);
      judge('bytes', 101, 100);
      judge('calls', Number.NaN, 2);
    }),
  ]);
  expect(faults).toEqual(['bytes: 101, at most 100 are allowed', 'calls: NaN, at most 2 are allowed']);
});

test.each([
  [new AggregateError([], ''), 'AggregateError'],
  [Object.assign(new Error(''), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  ['text', 'text'],
])('a reason is never empty: %s', (error, reason) => {
  expect(reasonOf(error)).toBe(reason);
});
