// `npm run test:differential [-- PART-OF-NAME]`: the shell's and the tools' cases beside the machine's GNU programs, inside a
// real VS Code on its WASI API: on the real core where SUNABA_WASI_CORE names it, else on the stand-in.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ensureComparisonTools, ensureDependencies, ensureSystemPackages, root } from './ensure.mjs';

// Some 1,600 cases, each with GNU's run beside it.
process.env['SUNABA_TEST_TIMEOUT_MS'] ??= String(3_600_000);

await ensureDependencies();
await ensureSystemPackages();
await ensureComparisonTools();
const built = spawnSync(process.execPath, ['esbuild.mjs', '--tests'], { cwd: root, stdio: 'inherit' });
if (built.status !== 0) process.exit(1);
const { integrationSuite } = await import('./testIntegration.mjs');
const scratch = mkdtempSync(path.join(os.tmpdir(), 'sunaba-differential-'));
const [only] = process.argv.slice(2);
try {
  const { failed } = await integrationSuite({
    scratch,
    notRunFile: path.join(scratch, 'not-run.txt'),
    tests: 'out/differentialInVscode.cjs',
    cores: [process.env['SUNABA_WASI_CORE'] ? 'real' : 'standIn'],
    ...(only === undefined ? {} : { env: { SUNABA_TEST_ONLY: only } }),
  });
  process.exitCode = failed > 0 ? 1 : 0;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
