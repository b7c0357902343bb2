// `WASI_TESTSUITE=DIR npm run test:wasi [PART-OF-NAME…]`: builds, then runs the public suite's wasm32-wasip1 programs and prints the score.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ensureDependencies, root } from './ensure.mjs';

await ensureDependencies();
const built = spawnSync(process.execPath, ['esbuild.mjs', '--tests'], { cwd: root, stdio: 'inherit' });
if (built.status !== 0) process.exit(1);
const ran = spawnSync(process.execPath, [path.join(root, 'out/wasiSuite.cjs'), ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
process.exit(ran.status ?? 1);
