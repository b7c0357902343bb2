// `npm run bench [NAME…]`: builds, then runs each bench/NAME.bench.ts; every one prints ratios against what a user would use instead.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import os from 'node:os';
import { ensureDependencies, root } from './ensure.mjs';
import { globSync } from './fsCompat.mjs';

await ensureDependencies();
const names = globSync('bench/*.bench.ts', root).map((file) => path.basename(file, '.bench.ts'));
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`sunaba: there is no bench "${unknown[0]}". There are: ${names.join(', ')}`);
  process.exit(2);
}
const built = spawnSync(process.execPath, ['esbuild.mjs', '--production', '--tests'], { cwd: root, stdio: 'inherit' });
if (built.status !== 0) process.exit(1);
console.log(`${os.cpus()[0]?.model ?? 'unknown'} × ${os.cpus().length}, node ${process.version}, ${os.type()} ${os.release()}`);
let failed = 0;
for (const name of asked.length > 0 ? asked : names) {
  console.log(`\n── ${name}`);
  if (spawnSync(process.execPath, [path.join(root, `out/bench/${name}.bench.cjs`)], { cwd: root, stdio: 'inherit' }).status !== 0) failed++;
}
process.exit(failed > 0 ? 1 : 0);
