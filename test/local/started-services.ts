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

/** A server that stops with the test. */
export async function start(options: Partial<ObjectAndQueueServicesOptions> = {}): Promise<ObjectAndQueueServices> {
  const server = await startObjectAndQueueServices({ clock: new StackClock(), ...options });
  onTestFinished(() => server.stop());
  return server;
}

export async function objectsOf(server: ObjectAndQueueServices): Promise<Objects> {
  await server.createBucket('pages');
  return new Objects({ endpoint: server.url, bucket: 'pages', advance: () => {}, stop: () => server.stop() });
}

export async function queueOf(server: ObjectAndQueueServices, name: string): Promise<TestedQueue> {
  const { url, arn } = await server.createQueue(name, name.endsWith('.fifo') ? { FifoQueue: 'true' } : {});
  return new TestedQueue(sqsClient(server.url, 'us-east-1'), url, arn);
}

export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'isr-s3-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}
