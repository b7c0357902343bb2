import { defineConfig } from 'vitest/config';

/** Unit tests: everything below test/unit, in node. Workers and guests they start come from dist/, which `npm test` builds first. */
export default defineConfig({
  test: {
    include: ['test/unit/**/*.test.{ts,tsx}'],
    globalSetup: ['test/support/buildOnce.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
