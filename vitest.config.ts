import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // CI has two cores. Tests of the local stack wait for processes of their own half of the time.
    pool: 'forks',
    maxWorkers: 3,
    // Tests wait for events, on clocks that they move themselves. These guard against one that hangs, on any machine.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
