import { globSync } from 'node:fs';
import { join } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';
import { unusedGrants } from './grants.ts';

/** Names the scratch folder of a run to its reporters. */
export const SCRATCH_VARIABLE = 'CDK_ISR_TEST_SCRATCH';

const ROOT = join(import.meta.dirname, '../..');

/** Tells, before the summary, which permissions of the stack nothing needed in a run of all tests. */
export class UnusedGrants implements Reporter {
  /** Reporters end side by side: what waits here comes after the summary. */
  onTestRunEnd(modules: readonly TestModule[]): void {
    const scratch = process.env[SCRATCH_VARIABLE];
    // Of a run of some tests, what was not needed says nothing.
    const isWhole = modules.length >= globSync('test/**/*.test.ts', { cwd: ROOT }).length;
    if (scratch === undefined || !isWhole) return;
    const unused = unusedGrants(scratch);
    const list = unused.map((line) => `\n  ${line}`).join('');
    console.log(`\nPermissions of the stack that nothing needed in this run: ${unused.length}${list}`);
  }
}
