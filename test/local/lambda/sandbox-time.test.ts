import { createServer } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { StackClock } from '../../../lib/local/clock.ts';
import { closeServer, listenLocally } from '../../../lib/local/listen-locally.ts';
import { eventsOf } from '../../support/events.ts';
import { passUntil, untilAsleep } from '../../support/passing-time.ts';
import { localFunction } from './local-function.ts';

const LIMITS = [
  'setTimeout',
  'setTimeout of node:timers',
  'the second tick of setInterval',
  'AbortSignal.timeout',
  'the second tick of setInterval of node:timers/promises',
];
const SLEEPS = ['setTimeout of node:timers/promises', 'promisify(setTimeout)', 'scheduler.wait'];
const HOUR_MS = 3_600_000;

describe('on a clock that stands, a handler', () => {
  test.each([...LIMITS, ...SLEEPS])('waits for %s until the clock has been moved so far', async (how) => {
    const { clock, call, events } = localFunction('timers.wait', { timeoutMs: 10 * HOUR_MS });
    const waited = call({ how, milliseconds: 2 * HOUR_MS });
    await eventsOf(events, 'log');
    clock.advance(HOUR_MS);
    clock.advance(HOUR_MS);
    expect(await waited).toBe(2 * HOUR_MS);
  });

  test.each(SLEEPS)('that awaits %s is known to sleep', async (how) => {
    const { clock, call, lambda } = localFunction('timers.wait');
    const waited = call({ how, milliseconds: 2000 });
    await untilAsleep(clock, 1);
    expect(clock.sleepers).toEqual([{ name: 'example', dueAt: clock.now() + 2000 }]);
    expect(lambda.working).toBe(0);
    clock.advance(2000);
    expect(clock.sleepers).toEqual([]);
    expect(await waited).toBe(2000);
  });

  test.each(LIMITS)('does not sleep by %s', async (how) => {
    const { clock, call, events, lambda } = localFunction('timers.wait');
    const waited = call({ how, milliseconds: 2000 });
    await eventsOf(events, 'log');
    expect([clock.sleepers, lambda.working]).toEqual([[], 1]);
    clock.advance(1000);
    clock.advance(1000);
    await waited;
  });

  test('finds its timers fired in order, once, and those that it cleared not at all', async () => {
    const target = localFunction('timers.order');
    expect(await passUntil(target, target.call())).toEqual(['first,x', 'refreshed,x', 'second,x']);
  });

  test('finds its own AsyncLocalStorage in a callback', async () => {
    const { clock, call, events } = localFunction('timers.context', { timeoutMs: HOUR_MS });
    const stored = call();
    await eventsOf(events, 'log');
    clock.advance(60_000);
    expect(await stored).toBe('mine');
  });

  test('may end a sleep, and is called for a time of 0 without a move', async () => {
    const { call } = localFunction('timers.abort');
    expect(await call()).toEqual({ name: 'AbortError', code: 'ABORT_ERR', cause: 'enough' });
  });

  test('finds limits that Node itself sets on the clock of the machine', async () => {
    const { call } = localFunction('timers.limitProcess');
    expect(await call()).toEqual({ killed: true });
  });

  test('has fetch, whose own limits are of the machine', async () => {
    const server = createServer((_, response) => response.end('content'));
    onTestFinished(() => closeServer(server));
    const url = `http://127.0.0.1:${await listenLocally(server)}`;
    const target = localFunction('timers.get', { timeoutMs: 2 * HOUR_MS });
    expect(await passUntil(target, target.call({ url }))).toEqual(['content', 'content']);
  });

  test('sees nothing of the pipe by which it gets the time', async () => {
    const { canSend, variables } = await localFunction('timers.surroundings').call();
    expect(canSend).toBe(false);
    expect(variables.filter((name: string) => /clock/i.test(name))).toEqual([]);
  });
});

// What `isr local` gives its users: time that flows, and can be moved.
describe('on a clock that flows, a handler', () => {
  // Time passes by itself, however slow the machine is: no limit of Lambda may come before the handler is done.
  const unlimited = { initTimeoutMs: 10 * HOUR_MS, timeoutMs: 10 * HOUR_MS };

  test('has the time of the machine, and wakes by itself', async () => {
    const clock = new StackClock();
    const { call } = localFunction('timers.wait', { clock, ...unlimited });
    for (const how of [...LIMITS, ...SLEEPS]) expect(await call({ how, milliseconds: 20 })).toBeGreaterThanOrEqual(20);
    expect(clock.sleepers).toEqual([]);
    const before = clock.now();
    const { now } = await localFunction('index.describe', { clock, ...unlimited }).call();
    expect(before <= now && now <= clock.now()).toBe(true);
  });

  test.each([...LIMITS, ...SLEEPS])('goes on from %s at once when the clock is moved', async (how) => {
    const clock = new StackClock();
    const { call, events } = localFunction('timers.wait', { clock, ...unlimited });
    const waited = call({ how, milliseconds: 2 * HOUR_MS });
    await eventsOf(events, 'log');
    clock.advance(HOUR_MS);
    clock.advance(HOUR_MS);
    expect(await waited).toBeGreaterThanOrEqual(2 * HOUR_MS);
  });
});
