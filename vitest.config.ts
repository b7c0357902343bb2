import path from 'node:path';
import { defineConfig } from 'vitest/config';

/** Gives Google's SDK our `fetch`, as esbuild's `inject` does in the bundles. */
const fetchForSdk = {
  name: 'fetch-for-sdk',
  transform(code: string, id: string) {
    if (!id.includes('@google/generative-ai/dist')) return undefined;
    return `import { fetch } from ${JSON.stringify(path.join(import.meta.dirname, 'src/models/fetchForSdk.ts'))};\n${code}`;
  },
};

/** Unit tests: everything below test/unit, in node. Workers and guests they start come from dist/, which `npm test` builds first. */
export default defineConfig({
  plugins: [fetchForSdk],
  test: {
    include: ['test/unit/**/*.test.{ts,tsx}'],
    globalSetup: ['test/support/buildOnce.ts'],
    server: { deps: { inline: ['@google/generative-ai'] } },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Much of a file's time is waiting for processes of ours; the default of two cores is one file at a time.
    maxWorkers: '100%',
    // The default of one second is a timed test on a busy machine.
    expect: { poll: { timeout: 20_000 } },
  },
});
