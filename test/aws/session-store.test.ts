import { beforeEach, expect, test } from 'vitest';
import { createS3SessionStore } from '../../lib/aws/session-store.ts';
import { createMemoryBucket, type MemoryObjects } from '../fakes/memory-bucket.ts';

let now = Date.parse('2026-11-22T12:00:00Z');
let objects: MemoryObjects;
beforeEach(() => {
  objects = new Map();
});
const sandbox = () =>
  createS3SessionStore(createMemoryBucket(objects), { clock: { now: () => now }, retentionSeconds: 60 });

test('a session that one sandbox wrote is read by another', async () => {
  await sandbox().write('id', '[["cart",{"data":"ünï"}]]');
  expect(await sandbox().read('id')).toBe('[["cart",{"data":"ünï"}]]');
  expect(await sandbox().read('other')).toBeUndefined();
});

test('the last write wins, and a session that was removed is gone', async () => {
  await sandbox().write('id', 'one');
  await sandbox().write('id', 'two');
  expect(await sandbox().read('id')).toBe('two');
  await sandbox().remove('id');
  await sandbox().remove('id');
  expect(await sandbox().read('id')).toBeUndefined();
});

test('a session is over so long after it was last written, whenever S3 deletes it', async () => {
  await sandbox().write('id', 'one');
  now += 59_999;
  expect(await sandbox().read('id')).toBe('one');
  now += 1;
  expect(await sandbox().read('id')).toBeUndefined();
});

test('an object without a time is nobody’s session', async () => {
  await sandbox().write('id', 'one');
  for (const [key, object] of objects) objects.set(key, { ...object, headers: {} });
  expect(await sandbox().read('id')).toBeUndefined();
});

test.each([
  '../../deployments/a/index.html',
  '',
  'a/b?c#d%2f',
  'e'.repeat(5000),
  '00000000-0000-4000-8000-000000000000',
])('whatever the id is, its object is one of the sessions, and does not tell it: %s', async (id) => {
  await sandbox().write(id, 'one');
  const [key = ''] = objects.keys();
  expect(key).toMatch(/^_isr\/sessions\/[0-9a-f]{64}$/);
  expect(await sandbox().read(id)).toBe('one');
});
