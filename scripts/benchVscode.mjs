// `npm run bench:vscode [hostBench|sessionBench]`: what both hosts of the sandbox cost inside a real VS Code, and what a long
// session of thousands of programs does to the window. With SUNABA_WASI_CORE=DIR on the real core too.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ensureDependencies, ensureSystemPackages, root } from './ensure.mjs';
import { integrationSuite } from './testIntegration.mjs';

await ensureDependencies();
await ensureSystemPackages();
const benches = ['hostBench', 'sessionBench'];
const [name = 'hostBench'] = process.argv.slice(2);
if (!benches.includes(name)) {
  console.error(`sunaba: there is no bench "${name}". There are: ${benches.join(', ')}`);
  process.exit(2);
}
const built = spawnSync(process.execPath, ['esbuild.mjs', '--production', '--tests'], { cwd: root, stdio: 'inherit' });
if (built.status !== 0) process.exit(1);
console.log(`${os.cpus()[0]?.model ?? 'unknown'} × ${os.cpus().length}, ${os.type()} ${os.release()}`);
const scratch = mkdtempSync(path.join(os.tmpdir(), 'sunaba-bench-'));
try {
  const { failed } = await integrationSuite({ scratch, notRunFile: path.join(scratch, 'not-run.txt'), tests: `out/${name}.cjs` });
  process.exitCode = failed > 0 ? 1 : 0;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
