import { spawnSync } from 'node:child_process';
import { appendFile, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Objects } from '../../contracts/object-store/subject.ts';
import { objectsOf, queueOf, start, temporaryDirectory } from '../started-services.ts';

describe('objects on disk', () => {
  test('keep their objects, with all that belongs to them, over a restart', async () => {
    const dataDirectory = await temporaryDirectory();
    const before = await start({ dataDirectory });
    const written = await objectsOf(before);
    await written.put('b/é', 'body', { CacheControl: 'max-age=1', Metadata: { n: '1', e: '' }, Tagging: 'a=b' });
    await written.put('a', 'x');
    const headers = async (objects: Objects) => {
      const relevant = /^(etag|last-modified|cache-control|content-|x-amz-(meta|tagging))/;
      return [...(await objects.fetch('b/é')).headers].filter(([name]) => relevant.test(name));
    };
    const headersBefore = await headers(written);
    await before.stop();

    const read = await objectsOf(await start({ dataDirectory }));

    expect(await headers(read)).toEqual(headersBefore);
    expect(headersBefore).toHaveLength(8);
    expect(await read.text('b/é')).toBe('body');
    expect((await read.list()).Contents?.map(({ Key }) => Key)).toEqual(['a', 'b/é']);
    await expect(read.put('a', 'x', { IfNoneMatch: '*' })).rejects.toThrow();
  });

  test('are gone when they were deleted or replaced, and so are their files', async () => {
    const dataDirectory = await temporaryDirectory();
    const before = await start({ dataDirectory });
    const written = await objectsOf(before);
    for (const body of ['1', '2', '3']) await written.put('replaced', body);
    await written.put('deleted', 'x');
    await written.fetch('deleted', { method: 'DELETE' });
    await before.stop();

    const read = await objectsOf(await start({ dataDirectory }));

    expect((await read.list()).Contents?.map(({ Key }) => Key)).toEqual(['replaced']);
    expect(await read.text('replaced')).toBe('3');
    expect(await bodiesIn(dataDirectory)).toHaveLength(1);
  });

  test('of many changes are rewritten as what is left of them', async () => {
    const dataDirectory = await temporaryDirectory();
    const before = await start({ dataDirectory });
    await (await objectsOf(before)).put('kept', 'x');
    await before.stop();
    const log = join(dataDirectory, 'objects/changes.jsonl');
    const [bucket, put] = (await readFile(log, 'utf8')).split('\n').filter((record) => record.startsWith('{'));
    await writeFile(log, `\n${bucket}${`\n${put}`.repeat(20_000)}\n"stopped"`);

    const after = await start({ dataDirectory });
    const read = await objectsOf(after);
    expect(await read.text('kept')).toBe('x');
    await read.put('new', 'y');
    await after.stop();

    const records = (await readFile(log, 'utf8')).split('\n').filter((record) => record.startsWith('{'));
    expect(records).toHaveLength(3);
    const again = await objectsOf(await start({ dataDirectory }));
    expect([await again.text('kept'), await again.text('new')]).toEqual(['x', 'y']);
  });
});

describe('a directory', () => {
  test('that another process writes to is left alone', async () => {
    const dataDirectory = await temporaryDirectory();
    await mkdir(join(dataDirectory, 'objects'));
    await writeFile(join(dataDirectory, 'objects/process.pid'), String(process.ppid));

    await expect(start({ dataDirectory })).rejects.toThrow(`in use by process ${process.ppid}; stop it`);
  });

  test('of a process that ended without a word is taken over', async () => {
    const dataDirectory = await temporaryDirectory();
    await mkdir(join(dataDirectory, 'objects'));
    const { pid } = spawnSync(process.execPath, ['--version']);
    await writeFile(join(dataDirectory, 'objects/process.pid'), String(pid));

    const services = await start({ dataDirectory });
    await services.stop();

    expect(await readdir(join(dataDirectory, 'objects'))).toEqual(['changes.jsonl']);
  });

  test('is free again when the port was taken', async () => {
    const dataDirectory = await temporaryDirectory();
    const port = Number(new URL((await start()).url).port);
    await expect(start({ dataDirectory, port })).rejects.toThrow('EADDRINUSE');

    expect(await readdir(join(dataDirectory, 'objects'))).toEqual(['changes.jsonl']);
  });
});

describe('after a crash', () => {
  /** What a process leaves that dies, or a machine that loses its power. */
  async function crashed(): Promise<{ dataDirectory: string; log: string }> {
    const dataDirectory = await temporaryDirectory();
    const services = await start({ dataDirectory });
    const objects = await objectsOf(services);
    for (const key of ['a', 'b']) await objects.put(key, `body of ${key}`);
    await services.stop();
    const log = join(dataDirectory, 'objects/changes.jsonl');
    await truncate(log, (await readFile(log)).length - '\n"stopped"'.length);
    return { dataDirectory, log };
  }

  test('in the middle of a record, the write that was under way did not happen, and the next one does', async () => {
    const { dataDirectory, log } = await crashed();
    await appendFile(log, '\n{"kind":"put","bucket":"pages","file":"00/half","facts":{"key":"ha');

    const services = await start({ dataDirectory });
    const objects = await objectsOf(services);
    expect((await objects.list()).Contents?.map(({ Key }) => Key)).toEqual(['a', 'b']);
    await objects.put('c', 'body of c');
    await services.stop();

    const again = await objectsOf(await start({ dataDirectory }));
    expect((await again.list()).Contents?.map(({ Key }) => Key)).toEqual(['a', 'b', 'c']);
    expect(await again.text('c')).toBe('body of c');
  });

  test('before its record, a body is removed', async () => {
    const { dataDirectory } = await crashed();
    const [folder = ''] = await readdir(join(dataDirectory, 'objects/bodies'));
    await writeFile(join(dataDirectory, 'objects/bodies', folder, 'orphan'), 'x');

    await start({ dataDirectory });

    expect(await bodiesIn(dataDirectory)).toHaveLength(2);
    expect((await bodiesIn(dataDirectory)).join()).not.toContain('orphan');
  });

  test('that took a part of a body, no object has it', async () => {
    const { dataDirectory } = await crashed();
    const [lost = ''] = await bodiesIn(dataDirectory);
    await truncate(join(dataDirectory, 'objects/bodies', lost), 3);

    const objects = await objectsOf(await start({ dataDirectory }));

    const keys = (await objects.list()).Contents?.map(({ Key }) => Key) ?? [];
    expect(keys).toHaveLength(1);
    expect(await objects.text(keys[0] ?? '')).toBe(`body of ${keys[0]}`);
  });
});

test('queues forget their messages over a restart', async () => {
  const dataDirectory = await temporaryDirectory();
  const before = await start({ dataDirectory });
  const queue = await queueOf(before, 'jobs');
  await queue.send('x');
  await queue.hideFor(0, await queue.receiveOne());
  await before.stop();

  expect(await (await queueOf(await start({ dataDirectory }), 'jobs')).receive()).toEqual([]);
});

test('what an earlier version left in the directory is no obstacle', async () => {
  const dataDirectory = await temporaryDirectory();
  await writeFile(join(dataDirectory, 'fauxqs.db'), 'SQLite format 3\0');

  const objects = await objectsOf(await start({ dataDirectory }));
  await objects.put('a', 'x');

  expect(await objects.text('a')).toBe('x');
  await rm(join(dataDirectory, 'fauxqs.db'));
});

async function bodiesIn(dataDirectory: string): Promise<readonly string[]> {
  const entries = await readdir(join(dataDirectory, 'objects/bodies'), { recursive: true });
  return entries.filter((path) => path.includes('/'));
}
