import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';
import { UnusedGrants } from './test/support/unused-grants.ts';

// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/as-found.ts'],
    // The summary of the default reporter comes last.
    reporters: [new UnusedGrants(), 'default'],
    pool: 'forks',
    // A process of its own for each file would cost half a second, and load what others have loaded.
    isolate: false,
    // Tests of the local stack wait for processes of their own half of the time.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    // Tests wait for events, on clocks that they move themselves. These guard against one that hangs, on any machine.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
