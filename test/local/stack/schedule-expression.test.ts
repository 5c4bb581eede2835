import { describe, expect, test } from 'vitest';
import { readScheduleExpression } from '../../../lib/local/stack/schedule-expression.ts';

const dueAfter = (expression: string, after: string): string | undefined => {
  const due = readScheduleExpression(expression)(Date.parse(after));
  return due === undefined ? undefined : new Date(due).toISOString().replace(':00.000Z', 'Z');
};

describe('a schedule is due', () => {
  test.each([
    ['rate(15 minutes)', '2026-11-25T10:00:30Z', '2026-11-25T10:15:30.000Z'],
    ['rate(1 day)', '2026-11-25T10:00Z', '2026-11-26T10:00Z'],
    ['cron(0 6 * * ? *)', '2026-11-25T06:00Z', '2026-11-26T06:00Z'],
    ['cron(0 6 * * ? *)', '2026-11-25T05:59:59Z', '2026-11-25T06:00Z'],
    ['cron(*/20 * * * ? *)', '2026-11-25T10:41Z', '2026-11-25T11:00Z'],
    ['cron(5/20 9-11 * * ? *)', '2026-11-25T11:46Z', '2026-11-26T09:05Z'],
    ['cron(0 8 ? * MON-FRI *)', '2026-11-27T08:00Z', '2026-11-30T08:00Z'],
    ['cron(0 8 ? * 1,7 *)', '2026-11-25T08:00Z', '2026-11-28T08:00Z'],
    ['cron(0 0 29 FEB ? *)', '2096-03-01T00:00Z', '2104-02-29T00:00Z'],
    ['cron(30 23 31 12 ? 2027)', '2026-11-25T10:00Z', '2027-12-31T23:30Z'],
  ])('%s after %s: %s', (expression, after, due) => {
    expect(dueAfter(expression, after)).toBe(due);
  });

  test('never again when its year is over', () => {
    expect(dueAfter('cron(0 0 1 1 ? 2020)', '2026-11-25T10:00Z')).toBeUndefined();
  });
});

test.each([
  'rate(0 minutes)',
  'rate(15 seconds)',
  'cron(0 6 * * *)',
  'cron(0 6 * * * *)',
  'cron(0 25 * * ? *)',
  'cron(0 6 L * ? *)',
  'cron(0 6 ? * 2#1 *)',
  'at(2026-11-25T10:00:00)',
])('%s is refused', (expression) => {
  expect(() => readScheduleExpression(expression)).toThrow(/must|not emulated/);
});
