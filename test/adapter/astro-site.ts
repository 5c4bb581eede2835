import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type Build, readBuild } from '../../lib/build/read-build.ts';
import type { CacheHint, SiteContext, SiteFetch, SiteReads } from '../../lib/core/site.ts';
import { built } from '../support/built.ts';
import { userEnvironment } from '../support/user-environment.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ASTRO = join(ROOT, 'node_modules/astro/bin/astro.mjs');
const EXAMPLE = join(ROOT, 'examples/astro-blog');
const NOT_COPIED = /[\\/](?:node_modules|dist|\.isr|\.astro)$/;

/** A site on disk, below the repository, so that its imports find the installed packages. */
export interface AstroSite {
  readonly root: string;
  /** Runs `astro build`; resolves with what it printed, rejects when it fails. */
  build(environment?: NodeJS.ProcessEnv): Promise<string>;
  remove(): Promise<void>;
}

export async function createAstroSite(files: Readonly<Record<string, string | Uint8Array>>): Promise<AstroSite> {
  const root = await createFolder();
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), content);
  }
  return siteAt(root);
}

export async function copyExampleSite(): Promise<AstroSite> {
  const root = await createFolder();
  await cp(EXAMPLE, root, { recursive: true, filter: (source) => !NOT_COPIED.test(source) });
  return siteAt(root);
}

export interface Loaded {
  readonly build: Build;
  readonly fetch: SiteFetch;
}

export async function loadBuild(root: string): Promise<Loaded> {
  const build = readBuild(root);
  const module: { fetch: SiteFetch } = await import(
    /* @vite-ignore */ pathToFileURL(join(build.serverDirectory, 'index.mjs')).href
  );
  return { build, fetch: module.fetch };
}

export interface Visit {
  readonly response: Response;
  readonly text: string;
  /** What the page said about its caching, in order. */
  readonly hints: readonly (CacheHint | false)[];
  /** What it asked to know of the viewer. */
  readonly reads: readonly SiteReads[];
}

export async function visit(
  fetch: SiteFetch,
  path: string,
  init: RequestInit = {},
  context: Partial<SiteContext> = {},
): Promise<Visit> {
  const hints: (CacheHint | false)[] = [];
  const reads: SiteReads[] = [];
  const response = await fetch(new Request(new URL(path, 'https://example.com'), init), {
    kind: 'page',
    clientAddress: '192.0.2.1',
    onCacheHint: (hint) => hints.push(hint),
    onViewerReads: (given) => reads.push(given),
    ...context,
  });
  return { response, text: await response.text(), hints, reads };
}

/** `astro dev` or `astro preview` on a free port, until the returned function is called. */
export async function runAstro(
  command: 'dev' | 'preview',
  root: string,
  environment: NodeJS.ProcessEnv,
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const child = spawn(process.execPath, [ASTRO, command, '--port', '0', '--host', '127.0.0.1'], {
    cwd: root,
    env: { ...quietEnvironment(), ...environment },
  });
  const exited = once(child, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const found = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(output)?.[0];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', () => reject(new Error(`astro ${command} ended: ${output}`)));
  });
  return {
    url,
    async stop() {
      child.kill();
      await exited;
    },
  };
}

async function createFolder(): Promise<string> {
  // The sites import the adapter as users do, from `dist`.
  await built('library');
  await mkdir(join(ROOT, '.test'), { recursive: true });
  return mkdtemp(join(ROOT, '.test/site-'));
}

function siteAt(root: string): AstroSite {
  return {
    root,
    async build(environment = {}) {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [ASTRO, 'build'], {
        cwd: root,
        env: { ...quietEnvironment(), ...environment },
      });
      return stdout + stderr;
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

function quietEnvironment(): NodeJS.ProcessEnv {
  return { ...userEnvironment(), ASTRO_TELEMETRY_DISABLED: '1', NO_COLOR: '1' };
}
