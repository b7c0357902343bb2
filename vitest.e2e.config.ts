import { defineConfig } from 'vitest/config';

/** End-to-end tests: a real VS Code with the packaged extension installed, a real browser clicking in it. One at a time. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    fileParallelism: false,
    // The default of one second is a timed test on a busy machine.
    expect: { poll: { timeout: 20_000 } },
  },
});
