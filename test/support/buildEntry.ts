import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll } from 'vitest';

/** Bundles a test's own program before its tests, so that it can be started as a process; gives where it will stand. */
export function buildEntry(entry: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'sunaba-entry-'));
  const outfile = path.join(folder, 'program.mjs');
  beforeAll(() => {
    buildSync({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return outfile;
}
