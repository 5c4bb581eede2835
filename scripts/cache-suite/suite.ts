import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../build-steps.ts';

/** https://github.com/http-tests/cache-tests, BSD-3-Clause: the tests behind https://cache-tests.fyi. */
export const SUITE = 'http-cache-tests@0.4.5';

const FOLDER = join(ROOT, '.test/cache-suite');
const PACKAGE = join(FOLDER, 'node_modules/http-cache-tests');

/** `required` by RFC 9111, `optimal` for a good cache, `check`: interesting, neither right nor wrong. */
export type TestKind = 'required' | 'optimal' | 'check';

export interface SuiteTest {
  readonly id: string;
  readonly name: string;
  readonly kind: TestKind;
  readonly dependsOn: readonly string[];
}

/** `true`, or the kind of error and its message. */
export type RawResult = true | readonly [kind: string, message: string];

/** Brings the suite from npm's registry, once. */
export async function installSuite(): Promise<void> {
  if (existsSync(PACKAGE)) return;
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, 'package.json'), '{ "private": true }\n');
  await output('npm', ['install', '--no-audit', '--no-fund', '--no-save', SUITE], {}, FOLDER);
}

export async function listTests(): Promise<readonly SuiteTest[]> {
  const { default: groups } = await import(pathToFileURL(join(PACKAGE, 'tests/index.mjs')).href);
  return groups.flatMap(({ tests }: { tests: readonly RawTest[] }) =>
    tests
      .filter(({ browser_only: isForBrowsers }) => !isForBrowsers)
      .map(({ id, name, kind = 'required', depends_on: dependsOn = [] }) => ({ id, name, kind, dependsOn })),
  );
}

interface RawTest {
  readonly id: string;
  readonly name: string;
  readonly kind?: TestKind;
  readonly depends_on?: readonly string[];
  readonly browser_only?: boolean;
}

export interface SuiteOrigin {
  readonly url: string;
  stop(): void;
}

/** Starts the suite's own server: the origin that each test tells what to answer. */
export async function startOrigin(): Promise<SuiteOrigin> {
  const port = await freePort();
  const variables = {
    npm_config_protocol: 'http',
    npm_config_port: String(port),
    npm_config_pidfile: join(FOLDER, 'pid'),
  };
  const server = start('server/server.mjs', variables);
  await new Promise<void>((resolve, reject) => {
    server.stdout?.on('data', (chunk) => String(chunk).includes('Listening on') && resolve());
    server.once('exit', (code) => reject(new Error(`the suite's server ended with exit code ${code}`)));
  });
  return { url: `http://127.0.0.1:${port}`, stop: () => server.kill() };
}

/** Runs every test through the cache at `url`. By id of the test. */
export async function runSuite(url: string): Promise<Readonly<Record<string, RawResult>>> {
  // What npm would tell the suite's script: every test, not one.
  const variables = { npm_config_base: url, npm_package_config_id: '' };
  return JSON.parse(await output(process.execPath, ['--no-warnings', 'cli.mjs'], variables, PACKAGE));
}

function start(script: string, variables: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, [script], {
    cwd: PACKAGE,
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function output(
  command: string,
  argv: readonly string[],
  variables: Readonly<Record<string, string>>,
  folder: string,
): Promise<string> {
  const child = spawn(command, argv, {
    cwd: folder,
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [text, errors] = ['', ''];
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  if (code === 0) return text;
  throw new Error(`${command} ${argv.join(' ')} ended with exit code ${code}\n${errors}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
