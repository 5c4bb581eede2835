import { parentPort, workerData } from 'node:worker_threads';
import { installMovedDate } from '../moved-date.ts';
import type { CallMessage, ThreadMessage, ThreadParameters } from './protocol.ts';

const { clockOffset, ...options } = workerData as ThreadParameters;
const offset = new BigInt64Array(clockOffset);
const machineNow = Date.now;
installMovedDate(() => machineNow() + Number(Atomics.load(offset, 0)));

// Only now: fauxqs reads `Date` in every file, and whatever keeps a reference to it must keep the moved one.
const { startService } = await import('./service.ts');

const post = (message: ThreadMessage) => parentPort?.postMessage(message);
const service = await startService({ ...options, report: (event) => post({ kind: 'event', event }) });

parentPort?.on('message', async ({ id, name, parameters }: CallMessage) => {
  try {
    const call = service[name] as (...parameters: readonly unknown[]) => Promise<unknown>;
    post({ kind: 'answer', id, result: await call(...parameters) });
  } catch (cause) {
    post({ kind: 'failure', id, error: cause instanceof Error ? cause : new Error(String(cause)) });
  }
});
