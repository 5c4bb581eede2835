import { expect, test } from 'vitest';
import { Faults } from '../../lib/basics/faults.ts';
import type { WebhookRule } from '../../lib/webhooks/rule.ts';
import { readRules } from '../../lib/webhooks/settings/read-rules.ts';
import type { Change } from '../../lib/webhooks/vendor.ts';
import { type Wanted, wantedBy } from '../../lib/webhooks/wanted.ts';

/** A payload that counts how often it is read. */
function countingPayload(payload: object) {
  const counting = { readings: 0, payload };
  counting.payload = new Proxy(payload, {
    getOwnPropertyDescriptor(target, name) {
      counting.readings += 1;
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
  });
  return counting;
}

function wanted(rules: readonly WebhookRule[], changes: readonly Change[], payload: object): Wanted {
  const faults = new Faults('the rules');
  return wantedBy(faults.accept(readRules(faults.in(rules)), 'INVALID_OPTION'), changes, payload, {});
}

const changesOf = (count: number): Change[] => Array.from({ length: count }, (_, i) => ({ type: 'file', id: `${i}` }));

test('a payload is walked through once for each name, however many changes it tells of', () => {
  const rules: WebhookRule[] = [
    { when: { 'data.ref': 'main' }, tags: ['{data.labels}', '{data.ref}:{id}'] },
    { when: { 'data.missing': 'x' }, all: true },
  ];
  const [few, many] = [10, 1000].map((count) => {
    const counting = countingPayload({ ref: 'main', labels: ['a', 'b'] });
    expect(wanted(rules, changesOf(count), counting.payload).revalidation?.tags).toHaveLength(count + 2);
    return counting.readings;
  });
  expect(few).toBeGreaterThan(0);
  expect(many).toBe(few);
});

test('a template without a field of the change is filled in once', () => {
  const labels = Array.from({ length: 5000 }, (_, i) => `label-${i}`);
  const { revalidation, skipped } = wanted([{ tags: ['{data.labels}', '{data.none}'] }], changesOf(5000), { labels });
  expect(revalidation?.tags).toEqual(labels);
  expect(skipped).toEqual([{ template: '{data.none}', why: 'the payload has no data.none' }]);
});

test('more than 100,000 items of all changes together are refused rather than cut short', () => {
  const rules = [{ tags: ['{id}', '{type}:{id}'] }];
  expect(wanted(rules, changesOf(50_000), {}).revalidation?.tags).toHaveLength(100_000);
  expect(() => wanted(rules, changesOf(50_001), {})).toThrow(/100001 items are more than 100000/);
});
