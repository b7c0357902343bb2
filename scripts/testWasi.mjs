// `WASI_TESTSUITE=DIR npm run test:wasi [PART-OF-NAME…]`: builds, then runs the public suite's wasm32-wasip1 programs and prints the score.
// `npm run test:wasi -- --vscode` runs them inside a real VS Code: on its embedded host, the stand-in core, and the real one where SUNABA_WASI_CORE names it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ensureDependencies, ensureSystemPackages, root } from './ensure.mjs';

await ensureDependencies();
const built = spawnSync(process.execPath, ['esbuild.mjs', '--tests'], { cwd: root, stdio: 'inherit' });
if (built.status !== 0) process.exit(1);
if (process.argv.includes('--vscode')) {
  await ensureSystemPackages();
  const { integrationSuite } = await import('./testIntegration.mjs');
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'sunaba-wasi-'));
  try {
    const { failed } = await integrationSuite({
      scratch,
      notRunFile: path.join(scratch, 'not-run.txt'),
      tests: 'out/wasiSuiteInVscode.cjs',
    });
    process.exitCode = failed > 0 ? 1 : 0;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
} else {
  const ran = spawnSync(process.execPath, [path.join(root, 'out/wasiSuite.cjs'), ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
  });
  process.exitCode = ran.status ?? 1;
}
