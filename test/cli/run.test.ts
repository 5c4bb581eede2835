import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { requireNode } from '../../lib/cli/local.ts';
import { run } from '../../lib/cli/run.ts';
import { MINIMAL_SITE, writeAssembly } from '../local/stack/assembly-fixture.ts';
import { FakeHost } from './fake-host.ts';

let folder: string;
let host: FakeHost;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-'));
  host = new FakeHost(folder);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('help', () => {
  test.each([['--help'], ['-h'], ['help']])("'isr %s' lists the commands", async (word) => {
    expect(await run([word], host)).toBe(0);
    expect(host.said.join('\n')).toMatch(/Usage: isr <command>[\s\S]*local {2}.*\n.*build {2}/);
  });

  test.each([
    ['local', ['local', '--help']],
    ['build', ['help', 'build']],
  ])('for %s tells its flags', async (command, argv) => {
    expect(await run(argv, host)).toBe(0);
    expect(host.said.join('\n')).toContain(`Usage: isr ${command}`);
  });

  test('without a command is a misuse', async () => {
    expect(await run([], host)).toBe(2);
    expect(host.complained.join('\n')).toContain('Usage: isr <command>');
  });

  test('the version is that of the package', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8'));
    expect(await run(['--version'], host)).toBe(0);
    expect(host.said).toEqual([version]);
  });
});

describe('misuse ends with 2 and one helpful line', () => {
  test.each([
    [['lokal'], "isr: unknown command 'lokal'; did you mean 'local'?"],
    [['deploy'], "isr: unknown command 'deploy'; the commands are: local, build, revalidate, status, pages, tail"],
    [['--app'], "isr: unknown flag '--app'"],
    [['help', 'buidl'], "isr: unknown command 'buidl'; did you mean 'build'?"],
    [['local', '--prot', '1'], "isr: unknown flag '--prot'; did you mean --port?"],
    [['local', '--colour'], "isr: unknown flag '--colour'"],
    [['local', '--port', 'http'], "isr: --port must be a number from 0 to 65535, got 'http'"],
    [['local', '--port', '70000'], "isr: --port must be a number from 0 to 65535, got '70000'"],
    [['local', '--parameter', 'Name'], "isr: --parameter must be Name=value, got 'Name'"],
    [['local', 'cdk.out'], "isr: Unexpected argument 'cdk.out'; this command takes flags only"],
    [['revalidate'], 'isr: say what is out of date: --path, --tag, --prefix or --all'],
    [['revalidate', '--path', 'blog'], "isr: '--path[0]' must be a path that begins with a slash, got 'blog'"],
    [['revalidate', '--prefix', '/docs'], "isr: '--prefix[0]' must be a path that ends with a slash, got '/docs'"],
    [['revalidate', '--all'], 'isr: no token: set the environment variable ISR_TOKEN to the one of the site'],
    [['revalidate', '--all', '--tokn=secret'], "isr: unknown flag '--tokn'; did you mean --token?"],
    [
      ['revalidate', '--all', '--token', 'two words', '--url', 'https://example.com'],
      'isr: the token must be of visible ASCII characters, without blanks',
    ],
    [
      ['revalidate', '--all', '--token', 'x', '--url', 'http://example.com'],
      "isr: --url must begin with https:// (http:// is for this machine only), got 'http://example.com'",
    ],
    [
      ['revalidate', '--all', '--token', 'x', '--url', 'https://me:secret@example.com'],
      'isr: --url must have no user and password in it',
    ],
    [['status'], 'isr: name a page: isr status /blog/hello'],
    [['status', 'blog'], "isr: a page is a path such as /blog/hello or a URL, got 'blog'"],
    [['status', '/a//b'], "isr: the path must be one without an empty segment (//), got '/a//b'"],
    [['status', '/a', '/b'], 'isr: one page at a time, got 2'],
    [['status', '/a', '--site', 'example.com'], 'isr: --site must be a URL such as https://example.com'],
    [['pages', '--limit', '0'], "isr: --limit must be a whole number of at least 1, got '0'"],
    [['pages', '--prefix', '/blog'], "isr: --prefix must end with a slash, got '/blog'"],
    [
      ['pages', '--state', 'stael'],
      "isr: --state must be one of fresh, expired, invalidated, prerendered, stale, got 'stael'; did you mean stale?",
    ],
    [['pages', '--jsn'], "isr: unknown flag '--jsn'; did you mean --json?"],
    [['tail', '--since', 'noon'], "isr: --since must be a duration such as 30s, 10min or 2h, got 'noon'"],
    [['build'], 'isr: name the module that exports fetch: isr build src/server.ts'],
    [['build', 'a.ts', '--expiration', 'soon'], "isr: --expiration must be a number of seconds or 'false', got 'soon'"],
  ])('isr %j', async (argv, message) => {
    expect(await run(argv, host)).toBe(2);
    expect(host.complained).toEqual([message, expect.stringMatching(/^See 'isr( \w+)? --help'\.$/)]);
    expect(host.said).toEqual([]);
  });
});

describe('isr build', () => {
  test('writes .isr for a module that exports fetch', async () => {
    await writeFile(
      join(folder, 'server.ts'),
      "export const fetch = async (): Promise<Response> => new Response('hi');",
    );
    expect(await run(['build', 'server.ts', '--expiration', '60', '--live', '/api/[...path]'], host)).toBe(0);
    const manifest = JSON.parse(await readFile(join(folder, '.isr/manifest.json'), 'utf8'));
    expect(manifest).toMatchObject({ isr: { expiration: 60 }, live: ['/api/[...path]'] });
    expect(host.said.join('\n')).toContain(`Built deployment ${manifest.deploymentId}`);
  });

  test('fails with the reason when there is no such module', async () => {
    expect(await run(['build', 'nowhere.ts'], host)).toBe(1);
    expect(host.complained.join('\n')).toMatch(/^isr build: .*nowhere\.ts/);
  });
});

describe('isr local', () => {
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

  test('runs the stack until it is interrupted, and then has ended everything', async () => {
    const assembly = await writeAssembly({ resources: MINIMAL_SITE });
    const ports = ['--port', '0', '--revalidate-port', '0', '--inspector-port', '0'];
    const ended = run(['local', '--app', assembly.directory, '--data', 'state', ...ports], host);
    await vi.waitFor(() => expect(host.said).toContain('Stop with Ctrl-C.'), { timeout: 10_000 });
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
});
