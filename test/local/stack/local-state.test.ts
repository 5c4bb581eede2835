import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { LocalState } from '../../../lib/local/stack/local-state.ts';

async function directoryWith(state: object): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'isr-state-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, 'stack.json'), JSON.stringify(state));
  return directory;
}

const STATE = { secrets: { Token: 'kept' }, applied: { Upload: 'fingerprint' }, clockOffset: 1000 };

async function uploadsOf(state: LocalState): Promise<number> {
  let uploads = 0;
  await state.applyOnce('Upload', 'fingerprint', async () => {
    uploads += 1;
  });
  return uploads;
}

test('what was put into a bucket once is not put there again', async () => {
  const directory = await directoryWith({ version: 2, ...STATE });
  expect(await uploadsOf(await LocalState.open(directory, { fresh: false }))).toBe(0);
});

test('a state of version 1, whose buckets are not read any more, has its files put there again and keeps its secrets', async () => {
  const directory = await directoryWith({ version: 1, ...STATE });
  const state = await LocalState.open(directory, { fresh: false });
  expect(await state.secret('Token', () => 'new')).toBe('kept');
  expect(await uploadsOf(state)).toBe(1);
  await state.close();
  expect(JSON.parse(await readFile(join(directory, 'stack.json'), 'utf8'))).toEqual({ version: 2, ...STATE });
});

test('a state of a later version says how to forget it', async () => {
  const directory = await directoryWith({ version: 3, ...STATE });
  await expect(LocalState.open(directory, { fresh: false })).rejects.toThrow(
    /another version \(3\); start with --fresh/,
  );
});
