import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MUTATIONS, type Mutation } from './mutations.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What the simulation is made of. */
const COPIED = ['lambdas', 'lib', 'scripts', 'test', 'package.json', 'tsconfig.json'];
const STEPS = '1000000';

/** Breaks one guarantee in a copy of the sources; the line of the simulation that says what it found, if it did. */
function findingOf({ file, find, replace }: Mutation): string | undefined {
  const copy = mkdtempSync(join(tmpdir(), 'isr-mutation-'));
  try {
    for (const each of COPIED) cpSync(join(ROOT, each), join(copy, each), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    const source = readFileSync(join(copy, file), 'utf8');
    const [before = '', after, ...more] = source.split(find);
    if (after === undefined || more.length > 0) throw new Error(`'${find}' must stand in ${file} exactly once`);
    writeFileSync(join(copy, file), before + replace + after);
    const options = { cwd: copy, encoding: 'utf8', maxBuffer: 2 ** 28 } as const;
    const main = ['test/simulation/main.ts', '--fresh', '--first', '--steps', STEPS];
    const { stdout, stderr } = spawnSync(process.execPath, main, options);
    const found = /^found .*$/m.exec(stdout)?.[0];
    if (found === undefined && !stdout.includes('every guarantee held')) throw new Error(stderr || stdout);
    return found;
  } finally {
    rmSync(copy, { recursive: true });
  }
}

const named = process.argv.slice(2).join(' ');
let missed = 0;
for (const mutation of MUTATIONS.filter(({ name }) => name.includes(named))) {
  const finding = findingOf(mutation);
  if (finding === undefined) missed++;
  console.log(`(${mutation.guarantee}) ${mutation.name}: ${finding ?? `NOT FOUND within ${STEPS} steps`}`);
}
if (missed > 0) process.exitCode = 1;
