import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { requireNode } from '../../../lib/cli/commands/local/index.ts';
import { run } from '../../../lib/cli/run.ts';
import { MINIMAL_SITE, writeAssembly } from '../../local/stack/assembly-fixture.ts';
import { FakeHost } from '../support/fake-host.ts';

let folder: string;
let host: FakeHost;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-'));
  host = new FakeHost(folder);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test.each(['20.20.2', '22.14.0'])('says so when Node.js is too old: %s', (version) => {
  expect(() => requireNode(version)).toThrow(
    `needs Node.js 22.15 or newer (24 is what the Lambdas run on), this is ${version}`,
  );
});

test.each(['22.15.0', '24.0.0'])('takes Node.js %s', (version) => {
  expect(() => requireNode(version)).not.toThrow();
});

test('fails with the reason when nothing was synthesized', async () => {
  expect(await run(['local'], host)).toBe(1);
  expect(host.complained).toEqual([expect.stringMatching(/^isr local: cannot read .*manifest\.json; synthesize/)]);
});

test.each([
  ['has two edge locations, as on AWS', [], 'LOCAL2-C1'],
  ['has one edge location where it is to be calm', ['--calm'], 'LOCAL1-C1'],
])('%s', async (_, flags, answers) => {
  const assembly = await writeAssembly({ resources: MINIMAL_SITE });
  const ports = ['--port', '0', '--revalidate-port', '0', '--inspector-port', '0'];
  const ended = run(['local', '--app', assembly.directory, '--data', 'state', ...ports, ...flags], host);
  await host.until(({ said }) => said.includes('Stop with Ctrl-C.'));
  const url = /http:\S+/.exec(host.said.find((line) => line.startsWith('Site')) ?? '')?.[0] ?? '';
  const response = await fetch(url, { headers: { 'x-amz-cf-pop': 'LOCAL2-C1' } });
  expect(response.headers.get('x-amz-cf-pop')).toBe(answers);
  host.interrupt();
  expect(await ended).toBe(0);
  await assembly.remove();
});

test('runs the stack until it is interrupted, and then has ended everything', async () => {
  const assembly = await writeAssembly({ resources: MINIMAL_SITE });
  const ports = ['--port', '0', '--revalidate-port', '0', '--inspector-port', '0'];
  const ended = run(['local', '--app', assembly.directory, '--data', 'state', ...ports], host);
  await host.until(({ said }) => said.includes('Stop with Ctrl-C.'));
  const url = /http:\S+/.exec(host.said.find((line) => line.startsWith('Inspector')) ?? '')?.[0] ?? '';
  expect((await fetch(url)).status).toBe(200);
  const session = join(folder, 'state/session.json');
  expect(JSON.parse(await readFile(session, 'utf8'))).toMatchObject({ pid: process.pid, inspectorUrl: url });
  host.interrupt();
  expect(await ended).toBe(0);
  await expect(readFile(session)).rejects.toThrow('ENOENT');
  await expect(fetch(url)).rejects.toThrow();
  await assembly.remove();
});
