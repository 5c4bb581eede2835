import { beforeEach, describe, expect, test } from 'vitest';
import { StackClock } from '../../../lib/local/clock.ts';
import { AccessControl } from '../../../lib/local/iam/access-control.ts';
import { AT_ONCE, FUNCTION, overTime, POLICY } from '../../../lib/local/stack/propagation.ts';

let clock: StackClock;
beforeEach(() => {
  clock = new StackClock('standing');
});

/** Milliseconds after which each of a hundred policies counts. */
function delays(seed: number): number[] {
  const begun = clock.now();
  const seen: number[] = [];
  const propagation = overTime(clock, seed, 1);
  for (let i = 0; i < 100; i++) propagation.later(POLICY, `policy ${i}`, () => seen.push(clock.now() - begun));
  while (clock.sleepers[0] !== undefined) clock.advance(clock.sleepers[0].dueAt - clock.now());
  return seen;
}

describe('a change of a running stack', () => {
  test('counts after some seconds, each at a time of its own, and all in the end', () => {
    const all = delays(1);
    expect(all).toHaveLength(100);
    expect(Math.max(...all)).toBeLessThanOrEqual(20_000);
    expect(all.filter((milliseconds) => milliseconds > 1000).length).toBeGreaterThan(50);
  });

  test('counts after a time that the seed decides', () => {
    expect(delays(7)).toEqual(delays(7));
    expect(delays(7)).not.toEqual(delays(8));
  });

  test('that is waited for has taken effect then, and not before', async () => {
    let isThere = false;
    const done = overTime(clock, 1, 1).done(FUNCTION, 'serve', () => {
      isThere = true;
    });
    expect(isThere).toBe(false);
    clock.advance(15_000);
    await done;
    expect(isThere).toBe(true);
  });

  test('counts at once where a stack is calm, or only starts', () => {
    let isThere = false;
    AT_ONCE.later(POLICY, 'a policy', () => {
      isThere = true;
    });
    expect(isThere).toBe(true);
  });
});

test('a permission is refused until its policy counts, and one that is taken away is granted until then', () => {
  const access = new AccessControl();
  const arn = 'arn:aws:iam::0:role/writer';
  const key = access.accessKeyOf(arn);
  const need = { action: 's3:PutObject', resource: 'arn:aws:s3:::pages/a' };
  const statement = { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::pages/*' } as const;
  const isRefused = () => access.refusal(key, [need]) !== undefined;
  const propagation = overTime(clock, 1, 1);
  propagation.later(POLICY, 'grant', () => access.attach('writer', 'policy', [statement]));
  expect(isRefused()).toBe(true);
  clock.advance(20_000);
  expect(isRefused()).toBe(false);
  propagation.later(POLICY, 'revoke', () => access.attach('writer', 'policy', []));
  expect(isRefused()).toBe(false);
  clock.advance(20_000);
  expect(isRefused()).toBe(true);
});
