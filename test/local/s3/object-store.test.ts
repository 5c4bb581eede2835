import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startObjectAndQueueServices } from '../../../lib/local/object-and-queue-services.ts';
import { CREDENTIALS } from '../../contracts/credentials.ts';
import type { ObjectStoreSubject } from '../../contracts/object-store/subject.ts';
import { describeObjectStore } from '../../contracts/object-store.ts';
import { standingClock } from '../started-services.ts';

async function start(dataDirectory?: string): Promise<ObjectStoreSubject> {
  const clock = standingClock();
  const server = await startObjectAndQueueServices({ clock, dataDirectory, credentials: CREDENTIALS });
  await server.createBucket('pages');
  return {
    endpoint: server.url,
    bucket: 'pages',
    now: () => clock.now(),
    advance: (milliseconds) => clock.advance(milliseconds),
    stop: () => server.stop(),
  };
}

describeObjectStore('local, in memory', () => start());

describeObjectStore('local, on disk', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'isr-s3-'));
  const subject = await start(directory);
  return {
    ...subject,
    stop: async () => {
      await subject.stop();
      await rm(directory, { recursive: true });
    },
  };
});
