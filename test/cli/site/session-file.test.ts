import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type RunningStack, startRunningStack } from '../support/running-stack.ts';

let running: RunningStack;

beforeAll(async () => {
  running = await startRunningStack();
});

afterAll(() => running?.stop());

const isr = (...argv: string[]) => running.run(...argv);

const sessionPath = () => join(running.folder, 'other', 'session.json');
const session = async (changes: object) => {
  const written = JSON.parse(await readFile(join(running.folder, '.local/session.json'), 'utf8'));
  await mkdir(join(running.folder, 'other'), { recursive: true });
  await writeFile(sessionPath(), JSON.stringify({ ...written, ...changes }));
};

afterEach(() => rm(join(running.folder, 'other'), { recursive: true, force: true }));

test.each([
  ['of a process that is gone', { pid: 2 ** 22 + 1 }],
  ['whose process is another by now', { stackName: 'Another' }],
  ['that leads to another machine', { revalidateUrl: 'https://example.com/' }],
  ['of another version', { version: 2 }],
])('%s counts for nothing', async (_, changes) => {
  await session(changes);
  const { code, host } = await isr('revalidate', '--all', '--data', 'other');
  expect(code).toBe(2);
  expect(host.complained[0]).toMatch(/^isr: the revalidate URL is not known; give it in one of these ways:/);
});
