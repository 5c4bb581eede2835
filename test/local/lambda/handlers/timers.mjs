import { AsyncLocalStorage } from 'node:async_hooks';
import { execFile } from 'node:child_process';
import timers from 'node:timers';
import promises, { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const callback = (set, milliseconds) => new Promise((resolve) => set(resolve, milliseconds));

const waits = {
  setTimeout: (milliseconds) => callback(setTimeout, milliseconds),
  'setTimeout of node:timers': (milliseconds) => callback(timers.setTimeout, milliseconds),
  'the second tick of setInterval': async (milliseconds) => {
    const { promise, resolve } = Promise.withResolvers();
    let ticks = 0;
    const interval = setInterval(() => ++ticks === 2 && resolve(), milliseconds / 2);
    await promise.finally(() => clearInterval(interval));
  },
  'AbortSignal.timeout': async (milliseconds) => {
    // It keeps no process alive, as what it limits does.
    const limited = setInterval(() => {}, 2 ** 31 - 1);
    const signal = AbortSignal.timeout(milliseconds);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    clearInterval(limited);
    if (signal.reason.name !== 'TimeoutError') throw signal.reason;
  },
  'setTimeout of node:timers/promises': (milliseconds) => sleep(milliseconds),
  'promisify(setTimeout)': (milliseconds) => promisify(setTimeout)(milliseconds),
  'scheduler.wait': (milliseconds) => promises.scheduler.wait(milliseconds),
  'the second tick of setInterval of node:timers/promises': async (milliseconds) => {
    let ticks = 0;
    for await (const _ of promises.setInterval(milliseconds / 2)) if (++ticks === 2) break;
  },
};

/** Waits in the way that the event names; answers how long that took, by Date. */
export async function wait({ how, milliseconds }) {
  const start = Date.now();
  const waiting = waits[how](milliseconds);
  console.log('waiting');
  await waiting;
  return Date.now() - start;
}

/** What fired, in order, once the last has. */
export async function order() {
  const fired = [];
  const set = (name, milliseconds) =>
    setTimeout((...parameters) => fired.push([name, ...parameters].join()), milliseconds, 'x');
  const cleared = set('cleared', 10);
  const byNumber = Number(set('cleared by number', 10));
  const refreshed = set('refreshed', 10);
  set('second', 20);
  set('first', 10);
  clearTimeout(cleared);
  clearTimeout(byNumber);
  clearTimeout(undefined);
  await sleep(5);
  refreshed.refresh().unref();
  await sleep(25);
  return fired;
}

export async function context() {
  const storage = new AsyncLocalStorage();
  const stored = new Promise((resolve) => {
    storage.run('mine', () => setTimeout(() => resolve(storage.getStore()), 60_000));
  });
  console.log('waiting');
  return stored;
}

export async function abort() {
  const controller = new AbortController();
  const sleeping = sleep(60_000, undefined, { signal: controller.signal });
  setTimeout(() => controller.abort('enough'), 0);
  return sleeping.catch(({ name, code, cause }) => ({ name, code, cause }));
}

/** Starts a process that would never end, with a limit that Node keeps by a timer of its own. */
export async function limitProcess() {
  const endless = ['-e', 'setInterval(() => {}, 1000)'];
  return promisify(execFile)(process.execPath, endless, { timeout: 50 }).catch(({ killed }) => ({ killed }));
}

/** Two requests: the second may find a connection that nobody used since the clock was moved. */
export async function get({ url }) {
  const first = await (await fetch(url)).text();
  await sleep(3_600_000);
  return [first, await (await fetch(url, { signal: AbortSignal.timeout(10_000) })).text()];
}

export async function surroundings() {
  return { canSend: process.send !== undefined, variables: Object.keys(process.env) };
}
