import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

describe('the package', () => {
  const description = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

  // Without cmake, the install of whoever depends on this package would fail.
  test('does not compile a Lambda runtime client where it is installed', () => {
    expect(description.dependencies).not.toHaveProperty('aws-lambda-ric');
  });

  test('brings what runs, and what the README points to', () => {
    const argv = ['pack', '--dry-run', '--json', '--ignore-scripts'];
    const output = execFileSync('npm', argv, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const answer: unknown = JSON.parse(output);
    const [packed] = (Array.isArray(answer) ? answer : Object.values(answer as object)) as Packed[];
    const paths = packed?.files.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'dist/bin/isr.js',
        'dist/lambdas/serve/index.mjs',
        'dist/lib/inspector/page/index.html',
        'dist/vendor/aws-lambda-ric/LICENSE',
        'dist/vendor/aws-lambda-ric/index.mjs',
        'docs/deploy.md',
      ]),
    );
    expect(paths?.filter((path) => path.startsWith('dist/meta/'))).toEqual([]);
  });

  test('has a file for each of its entry points', () => {
    const targets = Object.values<string | Record<string, string>>(description.exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    );
    expect(targets.filter((target) => !existsSync(join(ROOT, target)))).toEqual([]);
  });
});

interface Packed {
  readonly files: readonly { readonly path: string }[];
}
