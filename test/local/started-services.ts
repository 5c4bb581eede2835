import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { StackClock } from '../../lib/local/clock.ts';
import {
  type ObjectAndQueueServices,
  type ObjectAndQueueServicesOptions,
  startObjectAndQueueServices,
} from '../../lib/local/object-and-queue-services.ts';
import { Objects } from '../contracts/object-store/subject.ts';
import { sqsClient, TestedQueue } from '../contracts/queue/subject.ts';

const NOON = Date.parse('2026-11-22T12:00:00.500Z');

/** Moved by the test alone. */
export function standingClock(): StackClock {
  return new StackClock('standing', NOON);
}

/** Services that stop with the test, on a clock that stands unless one is given. */
export async function start(options: Partial<ObjectAndQueueServicesOptions> = {}): Promise<ObjectAndQueueServices> {
  const services = await startObjectAndQueueServices({ clock: standingClock(), ...options });
  onTestFinished(() => services.stop());
  return services;
}

export async function objectsOf(services: ObjectAndQueueServices): Promise<Objects> {
  await services.createBucket('pages');
  return new Objects({
    endpoint: services.url,
    bucket: 'pages',
    now: () => NOON,
    advance: () => {},
    stop: () => services.stop(),
  });
}

export async function queueOf(
  services: ObjectAndQueueServices,
  name: string,
  attributes: Readonly<Record<string, string>> = {},
): Promise<TestedQueue> {
  const { url, arn } = await services.createQueue(name, attributes);
  return new TestedQueue(sqsClient(services.url, 'us-east-1'), url, arn);
}

/** Resolves as soon as so many receives, no more and no less, wait at a queue. */
export async function untilReceivesWait(
  services: ObjectAndQueueServices,
  queueUrl: string,
  count: number,
): Promise<void> {
  const areThere = () =>
    services.queueDepths().some(({ name, receivers }) => queueUrl.endsWith(`/${name}`) && receivers === count);
  if (areThere()) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = services.onQueueChange(() => areThere() && resolve());
  await promise.finally(end);
}

export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'isr-s3-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}
