import { expect, test } from 'vitest';
import { StackClock } from '../../lib/local/clock.ts';

const NOON = Date.parse('2026-11-22T12:00:00Z');

test('a standing clock moves by what it is told, and by nothing else', () => {
  const clock = new StackClock('standing', NOON);
  expect(clock.now()).toBe(NOON);
  clock.advance(1500);
  expect(clock.now()).toBe(NOON + 1500);
});

test('timers fire when the clock reaches them, the first due first, each once', () => {
  const clock = new StackClock('standing', NOON);
  const fired: string[] = [];
  clock.after(2000, () => fired.push('later'));
  clock.after(1000, () => fired.push('sooner'));
  clock.advance(999);
  expect(fired).toEqual([]);
  clock.advance(5000);
  expect(fired).toEqual(['sooner', 'later']);
  clock.advance(5000);
  expect(fired).toEqual(['sooner', 'later']);
});

test('a timer that was cancelled does not fire, not even by one that fires with it', () => {
  const clock = new StackClock('standing', NOON);
  const fired: string[] = [];
  clock.after(1000, () => second.cancel());
  const second = clock.after(1000, () => fired.push('second'));
  clock.advance(1000);
  expect(fired).toEqual([]);
});

test('who sleeps is listed until the clock wakes them', async () => {
  const clock = new StackClock('standing', NOON);
  let told = 0;
  clock.onSleep(() => {
    told += 1;
  });
  const woken = clock.sleep(3000, 'a poller');
  expect([clock.sleepers, told]).toEqual([[{ name: 'a poller', dueAt: NOON + 3000 }], 1]);
  clock.advance(3000);
  await woken;
  expect(clock.sleepers).toEqual([]);
});

test('a sleep ends early, with its reason, by the signal', async () => {
  const clock = new StackClock('standing', NOON);
  const stopping = new AbortController();
  const sleep = clock.sleep(3000, 'a poller', stopping.signal);
  stopping.abort(new Error('stopped'));
  await expect(sleep).rejects.toThrow('stopped');
  expect(clock.sleepers).toEqual([]);
});

test('a flowing clock runs with the machine, ahead by what it was moved', () => {
  const clock = new StackClock();
  clock.advance(3_600_000);
  expect(clock.offset).toBe(3_600_000);
  expect(clock.now()).toBeGreaterThanOrEqual(Date.now() + 3_599_000);
});

test('a move of a flowing clock fires what has come due by it, at once', () => {
  const clock = new StackClock();
  const fired: string[] = [];
  clock.after(3_600_000, () => fired.push('an hour'));
  clock.after(7_200_000, () => fired.push('two hours'));
  clock.advance(3_600_001);
  expect(fired).toEqual(['an hour']);
});

test('a flowing clock wakes by itself', async () => {
  const clock = new StackClock();
  // The timer keeps no process alive, so something else has to.
  const alive = setInterval(() => {}, 1000);
  await clock.sleep(5, 'a test');
  clearInterval(alive);
});

test('what is due at once comes soon, though the clock stands', async () => {
  const clock = new StackClock('standing', NOON);
  const alive = setInterval(() => {}, 1000);
  await clock.sleep(0, 'a test');
  clearInterval(alive);
  expect([clock.now(), clock.sleepers]).toEqual([NOON, []]);
});

test('a clock goes to where another stands, and never back', () => {
  const [clock, other] = [new StackClock('standing', NOON), new StackClock('standing', NOON)];
  other.advance(2000);
  clock.moveTo(other.position);
  expect(clock.now()).toBe(NOON + 2000);
  clock.moveTo(NOON);
  expect(clock.now()).toBe(NOON + 2000);
});

test('a part of a millisecond is waited for as a whole one, which a move can reach', () => {
  const clock = new StackClock('standing', NOON);
  expect(clock.after(0.3, () => {}).dueAt).toBe(NOON + 1);
});
