import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SiteEndpoint, warnOfStoredMethods } from '../../lib/adapter/stored-methods.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stored-methods-'));
  await writeFile(
    join(folder, 'form.ts'),
    'export const POST = () => new Response();\nexport async function PUT() {}\n',
  );
  await writeFile(join(folder, 'feed.ts'), 'export const GET = () => new Response(); // not POST\n');
});
afterAll(() => rm(folder, { recursive: true }));

const endpoint = (pattern: string, entrypoint: string, route: Partial<SiteEndpoint> = {}): SiteEndpoint => ({
  pattern,
  entrypoint,
  type: 'endpoint',
  origin: 'project',
  isPrerendered: false,
  ...route,
});

const warningsOf = (routes: readonly SiteEndpoint[], live: readonly string[] = []) =>
  warnOfStoredMethods(pathToFileURL(`${folder}/`), routes, live);

test('names an endpoint that would never get its POST', async () => {
  expect(await warningsOf([endpoint('/api/form', 'form.ts')])).toEqual([
    '/api/form exports POST, PUT, but only live routes get more than GET and HEAD: list it in isr.exclude',
  ]);
});

test.each(['/api/form', '/api/[...path]'])('says nothing of one that %s makes live', async (live) => {
  expect(await warningsOf([endpoint('/api/form', 'form.ts')], [live])).toEqual([]);
});

test('says nothing of an endpoint for GET, a prerendered one, one of an integration, a page, or without a file', async () => {
  const routes = [
    endpoint('/feed', 'feed.ts'),
    endpoint('/a', 'form.ts', { isPrerendered: true }),
    endpoint('/b', 'form.ts', { origin: 'external' }),
    endpoint('/c', 'form.ts', { type: 'page' }),
    endpoint('/d', 'nowhere.ts'),
  ];
  expect(await warningsOf(routes)).toEqual([]);
});
