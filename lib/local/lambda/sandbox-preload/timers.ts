import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import promises from 'node:timers/promises';
import { getCallSites, promisify } from 'node:util';
import { clock } from './sandbox-clock.ts';
import { SandboxTimeout } from './sandbox-timeout.ts';
import { abortAfter, scheduler, sleep, ticks } from './timer-promises.ts';

type Callback = (...parameters: unknown[]) => void;

const machine = { ...timers };

/** Makes every timer that a handler can set one of the stack's clock. Node's own stay as they are. */
export function installTimers(): void {
  const replaced = { setTimeout, setInterval, clearTimeout: clear, clearInterval: clear };
  Object.assign(globalThis, replaced);
  Object.assign(timers, replaced);
  Object.assign(promises, { setTimeout: sleep, setInterval: ticks });
  Object.assign(promises.scheduler, scheduler);
  Object.assign(AbortSignal, { timeout: abortAfter });
  // For `import { setTimeout } from 'node:timers/promises'`.
  syncBuiltinESMExports();
}

function setTimeout(callback: Callback, milliseconds?: number, ...parameters: unknown[]) {
  if (isCalledByNode() || typeof callback !== 'function')
    return machine.setTimeout(callback, milliseconds, ...parameters);
  return new SandboxTimeout(clock, callback, milliseconds, parameters, false);
}
Object.defineProperty(setTimeout, promisify.custom, { value: sleep });

function setInterval(callback: Callback, milliseconds?: number, ...parameters: unknown[]) {
  if (isCalledByNode() || typeof callback !== 'function')
    return machine.setInterval(callback, milliseconds, ...parameters);
  return new SandboxTimeout(clock, callback, milliseconds, parameters, true);
}

function clear(timeout: unknown): void {
  const ours = SandboxTimeout.find(timeout);
  if (ours === undefined) machine.clearTimeout(timeout as NodeJS.Timeout);
  else ours.close();
}

/**
 * Whether Node itself sets the timer: its limits for sockets, fetch and the like are about this machine, and a socket
 * that nobody uses is not older when the stack's clock was moved.
 */
function isCalledByNode(): boolean {
  const [, , caller] = getCallSites(3);
  return caller?.scriptName.startsWith('node:') ?? false;
}
