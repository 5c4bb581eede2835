import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestStack, type TestStack, testAssembly } from './support/local-stack.ts';

const ROOT = join(import.meta.dirname, '..');

interface Block {
  readonly name: string;
  readonly language: string;
  readonly code: string;
}

function blocksOf(file: string): Block[] {
  const blocks = [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^```(\w+)\n(.*?)^```/gms)];
  return blocks.map(([, language = '', code = ''], i) => ({
    name: `${file}, block ${i + 1} (${language})`,
    language,
    code,
  }));
}

const readme = blocksOf('README.md');
const only = (language: string): Block[] => readme.filter((block) => block.language === language);

// Below the repository, so that `cdk-isr` is this one.
let scratch: string;
beforeAll(async () => {
  await testAssembly();
  await mkdir(join(ROOT, '.test'), { recursive: true });
  scratch = await mkdtemp(join(ROOT, '.test/documents-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

describe('the README', () => {
  test('has blocks in languages that are tried here, and no others', () => {
    expect(new Set(readme.map(({ language }) => language))).toEqual(new Set(['sh', 'js', 'ts']));
  });

  test.each(only('ts'))('$name compiles', async ({ code }) => {
    await writeFile(join(scratch, 'block.ts'), code);
    const config = { extends: join(ROOT, 'tsconfig.json'), include: ['block.ts'], compilerOptions: { noEmit: true } };
    await writeFile(join(scratch, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', scratch]).catch((error) => error);
    expect(stdout).toBe('');
  });

  test.each(only('js'))('$name is a configuration that Astro gets', async ({ code }) => {
    process.env.ISR_TOKEN = 'a-token-of-the-readme-0123456789abcdef';
    const file = join(scratch, 'astro.config.mjs');
    await writeFile(file, code);
    const { default: config } = await import(pathToFileURL(file).href);
    expect(config.adapter.name).toBe('cdk-isr/astro');
  });

  test('names commands that are there', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const text = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const named = [...text.matchAll(/npm (?:run ([\w-]+)|(start|test)\b)/g)].map(
      ([, run, plain]) => run ?? plain ?? '',
    );
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});

describe('the curl of the README', () => {
  let site: TestStack;
  beforeAll(async () => {
    site = await startTestStack();
  });
  afterAll(() => site?.stop());

  test('revalidates', async () => {
    const curl = only('sh').find(({ code }) => code.startsWith('curl'))?.code ?? '';
    const environment = { ...process.env, REVALIDATE_URL: site.stack.functionUrl('revalidate'), ISR_TOKEN: site.token };
    const run = promisify(execFile)('sh', ['-c', curl.replace('curl', 'curl --silent --show-error')], {
      env: environment,
    });
    expect(JSON.parse((await run).stdout)).toMatchObject({
      tags: [{ tag: 'posts' }],
      prefixes: [{ prefix: '/docs/' }],
    });
  });
});

test('links between documents lead somewhere', () => {
  const broken = globSync('{README,CHANGELOG}.md', { cwd: ROOT })
    .concat(globSync('docs/**/*.md', { cwd: ROOT }))
    .flatMap((file) => {
      const targets = [...readFileSync(join(ROOT, file), 'utf8').matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(
        ([, to = '']) => to,
      );
      const local = targets.filter((to) => !/^https?:/.test(to));
      return local
        .filter((to) => globSync(join(dirname(file), to), { cwd: ROOT }).length === 0)
        .map((to) => `${file}: ${to}`);
    });
  expect(broken).toEqual([]);
});
