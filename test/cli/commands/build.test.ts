import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../../../lib/cli/run.ts';
import { FakeHost } from '../support/fake-host.ts';

let folder: string;
let host: FakeHost;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-'));
  host = new FakeHost(folder);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test('writes .isr for a module that exports fetch', async () => {
  await writeFile(join(folder, 'server.ts'), "export const fetch = async (): Promise<Response> => new Response('hi');");
  expect(await run(['build', 'server.ts', '--expiration', '60', '--live', '/api/[...path]'], host)).toBe(0);
  const manifest = JSON.parse(await readFile(join(folder, '.isr/manifest.json'), 'utf8'));
  expect(manifest).toMatchObject({ isr: { expiration: 60 }, live: ['/api/[...path]'] });
  expect(host.said.join('\n')).toContain(`Built deployment ${manifest.deploymentId}`);
});

test('stores nothing unless it is told how, and says so', async () => {
  await writeFile(join(folder, 'server.ts'), "export const fetch = async (): Promise<Response> => new Response('hi');");
  expect(await run(['build', 'server.ts'], host)).toBe(0);
  expect(host.said.at(-1)).toBe('No page is stored: each is rendered for each request. --isr stores them.');
  expect(await run(['build', 'server.ts', '--isr'], host)).toBe(0);
  expect(host.said.at(-1)).toMatch(/^Built deployment/);
  expect(JSON.parse(await readFile(join(folder, '.isr/manifest.json'), 'utf8')).storesPages).toBe(true);
});

test('fails with the reason when there is no such module', async () => {
  expect(await run(['build', 'nowhere.ts'], host)).toBe(1);
  expect(host.complained.join('\n')).toMatch(/^isr build: .*nowhere\.ts/);
});
