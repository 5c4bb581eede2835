import { readFile } from 'node:fs/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { run } from '../../lib/cli/run.ts';
import { FakeHost } from './support/fake-host.ts';

let host: FakeHost;

beforeEach(() => {
  host = new FakeHost();
});

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
    [
      ['deploy'],
      "isr: unknown command 'deploy'; the commands are: local, build, revalidate, status, pages, forget, tail",
    ],
    [['--app'], "isr: unknown flag '--app'"],
    [['help', 'buidl'], "isr: unknown command 'buidl'; did you mean 'build'?"],
    [['local', '--prot', '1'], "isr: unknown flag '--prot'; did you mean --port?"],
    [['local', '--colour'], "isr: unknown flag '--colour'"],
    [['local', '--port', 'http'], "isr: --port must be a number from 0 to 65535, got 'http'"],
    [['local', '--port', '70000'], "isr: --port must be a number from 0 to 65535, got '70000'"],
    [['local', '--parameter', 'Name'], "isr: --parameter must be Name=value, got 'Name'"],
    [['local', 'cdk.out'], "isr: Unexpected argument 'cdk.out'; this command takes flags only"],
    [['revalidate'], 'isr: name what to revalidate: --path, --tag, --prefix or --all'],
    [['revalidate', '--path', 'blog'], "isr: --path must be a path that begins with a slash, got 'blog'"],
    [['revalidate', '--prefix', '/docs'], "isr: --prefix must be a path that ends with a slash, got '/docs'"],
    [
      ['revalidate', '--path', '/ok', '--path', '/a//b', '--prefix', 'docs'],
      "isr: --path must be a path without an empty segment (//), got '/a//b'; --prefix must be a path that begins with a slash, got 'docs'",
    ],
    [['revalidate', '--all'], 'isr: no token: set the environment variable ISR_TOKEN to the one of the site'],
    [['revalidate', '--all', '--tokn=secret'], "isr: unknown flag '--tokn'; did you mean --token?"],
    [
      ['revalidate', '--all', '--token', 'two words', '--url', 'https://example.com'],
      'isr: the token must be of visible ASCII characters, without blanks',
    ],
    [
      ['revalidate', '--all', '--token', 'x', '--url', 'http://example.com'],
      "isr: --url must be a URL that begins with https:// (http:// is for this machine only), got 'http://example.com'",
    ],
    [
      ['revalidate', '--all', '--token', 'x', '--url', 'https://me:secret@example.com'],
      'isr: --url must be a URL without a user and a password',
    ],
    [['status'], 'isr: name a page: isr status /blog/hello'],
    [['status', 'blog'], "isr: a page is a path such as /blog/hello or a URL, got 'blog'"],
    [['status', '/a//b'], "isr: the path must be one without an empty segment (//), got '/a//b'"],
    [['status', '/a', '/b'], 'isr: one page at a time, got 2'],
    [['status', '/a', '--site', 'example.com'], 'isr: --site must be a URL such as https://example.com'],
    [['pages', '--limit', '0'], "isr: --limit must be a whole number of at least 1, got '0'"],
    [['pages', '--prefix', '/blog'], "isr: --prefix must be a path that ends with a slash, got '/blog'"],
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
