import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { built } from './support/built.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const description = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

describe('the package', () => {
  beforeAll(() => built('library'));

  // Without cmake, the install of whoever depends on this package would fail.
  test('does not compile a Lambda runtime client where it is installed', () => {
    expect(description.dependencies).not.toHaveProperty('aws-lambda-ric');
  });

  test('brings what runs, and what the README points to', () => {
    expect(packedFiles()).toEqual(
      expect.arrayContaining([
        'dist/bin/isr.js',
        'dist/THIRD-PARTY-LICENSES',
        'dist/lambdas/serve/index.mjs',
        'dist/lib/inspector/page/index.html',
        'dist/lib/vendor/xml.js',
        'dist/vendor/aws-lambda-ric/LICENSE',
        'dist/vendor/aws-lambda-ric/index.mjs',
        'docs/deploy.md',
      ]),
    );
    expect(packedFiles().filter((path) => path.startsWith('dist/meta/'))).toEqual([]);
  });

  test('brings every type that the types of its entry points use', () => {
    const used = new Set(targetsOf(description).filter((target) => target.endsWith('.d.ts')));
    // What is added to the set while it is walked is visited too.
    for (const file of used) {
      for (const [, specifier = ''] of readFileSync(join(ROOT, file), 'utf8').matchAll(/from '(\.[^']+)'/g)) {
        used.add(join(dirname(file), specifier.replace(/\.[jt]s$/, '.d.ts')));
      }
    }
    const missing = [...used].map((file) => join(file)).filter((file) => !packedFiles().includes(file));
    expect(used.size).toBeGreaterThan(10);
    expect(missing).toEqual([]);
  });

  test('imports what is installed with it or brought by the user, and installs nothing that it does not import', async () => {
    const { dependencies, peerDependencies } = description;
    const imported = await packagesImportedBy(globSync('dist/{bin,lib}/**/*.js', { cwd: ROOT }));
    const provided = [...Object.keys(dependencies), ...Object.keys(peerDependencies)];
    expect(imported.filter((name) => !provided.includes(name))).toEqual([]);
    expect(Object.keys(dependencies).filter((name) => !imported.includes(name))).toEqual([]);
  });

  test('names the licence of each library that its bundles contain', () => {
    const licenses = readFileSync(join(ROOT, 'dist/THIRD-PARTY-LICENSES'), 'utf8');
    for (const name of ['aws4', 'fast-xml-parser', 'http-cache-semantics', 'lru-cache', '@aws-sdk/core']) {
      expect(licenses).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(.+\\)$`, 'm'));
    }
  });

  test('has a file for each of its entry points', () => {
    const targets = targetsOf(description);
    expect(targets.filter((target) => !existsSync(join(ROOT, target)))).toEqual([]);
  });
});

/** Paths of the files that `npm pack` would put into the package. */
const packedFiles = once((): readonly string[] => {
  const argv = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const output = execFileSync('npm', argv, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const said: unknown = JSON.parse(output);
  const [packed] = (Array.isArray(said) ? said : Object.values(said as object)) as Packed[];
  return packed?.files.map(({ path }) => path) ?? [];
});

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

interface Description {
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

/** Files that other packages may import. */
function targetsOf({ exports }: Description): string[] {
  return Object.values(exports).flatMap((target) => (typeof target === 'string' ? [target] : Object.values(target)));
}

/** Packages that modules ask for, at once or late. */
async function packagesImportedBy(files: readonly string[]): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [...files],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    outdir: 'nowhere',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const specifiers = Object.values(metafile.inputs).flatMap(({ imports }) =>
    imports.filter(({ external }) => external).map(({ path }) => path),
  );
  const names = specifiers.map((path) => path.split('/', path.startsWith('@') ? 2 : 1).join('/'));
  return [...new Set(names)].filter((name) => name !== description.name && !isBuiltin(name));
}

interface Packed {
  readonly files: readonly { readonly path: string }[];
}
