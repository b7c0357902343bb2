import { execFileSync } from 'node:child_process';
import path from 'node:path';

/** Bundles dist/ and out/ before the unit tests, unless the caller (`npm test`) has just done so. */
export default function buildOnce(): void {
  if (process.env['SUNABA_BUILT'] === '1') return;
  const root = path.join(import.meta.dirname, '../..');
  execFileSync(process.execPath, ['esbuild.mjs', '--tests'], { cwd: root, stdio: 'inherit' });
}
