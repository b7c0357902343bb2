// `npm run bench:vscode`: what both hosts of the sandbox cost inside a real VS Code. With SUNABA_WASI_CORE=DIR on the real core too.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ensureDependencies, ensureSystemPackages, root } from './ensure.mjs';
import { integrationSuite } from './testIntegration.mjs';

await ensureDependencies();
await ensureSystemPackages();
const built = spawnSync(process.execPath, ['esbuild.mjs', '--production', '--tests'], { cwd: root, stdio: 'inherit' });
if (built.status !== 0) process.exit(1);
console.log(`${os.cpus()[0]?.model ?? 'unknown'} × ${os.cpus().length}, ${os.type()} ${os.release()}`);
const scratch = mkdtempSync(path.join(os.tmpdir(), 'sunaba-bench-'));
try {
  const { failed } = await integrationSuite({ scratch, notRunFile: path.join(scratch, 'not-run.txt'), tests: 'out/hostBench.cjs' });
  process.exitCode = failed > 0 ? 1 : 0;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
