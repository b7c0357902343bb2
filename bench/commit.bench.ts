import {
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { silentWriter as writer } from '../src/staging/silentAccessor';
import { createStaging } from '../src/staging/staging';
import { line } from './guests/measure';
import { openOverlay, spaceOf } from './guests/overlay';

/* 5,000 small files changed: the change set in 300 ms at most, its commit in 5 times what copying them with fsync takes. */

const folders = 50;
const files = 100;

const top = mkdtempSync(path.join(tmpdir(), 'sunaba-bench-'));
const folder = path.join(top, 'ws');
try {
  const paths: string[] = [];
  for (let i = 0; i < folders; i++) {
    mkdirSync(path.join(folder, `d${i}`), { recursive: true });
    for (let k = 0; k < files; k++) {
      paths.push(`d${i}/f${k}`);
      writeFileSync(path.join(folder, `d${i}/f${k}`), `line ${k}\n`.repeat(50));
    }
  }
  const tree = openOverlay(folder, path.join(top, 'overlay'));
  const { namespace, base } = spaceOf(tree);
  for (const each of paths) {
    const options = { read: false, write: true, create: true, exclusive: false, truncate: false, directory: false, follow: true };
    const file = namespace.open(writer, base, each, options);
    if (file.kind !== 'file') throw new Error(each);
    file.write(writer, Buffer.from('another\n'), 0);
    file.close();
  }
  const staging = createStaging(tree, { root: folder, state: path.join(top, 'state'), overlayId: 'bench' });

  const first = performance.now();
  const busy = process.cpuUsage();
  const set = staging.changes();
  const firstMs = performance.now() - first;
  const used = process.cpuUsage(busy);
  const busyMs = (used.user + used.system) / 1000;
  const again = performance.now();
  staging.changes();
  const againMs = performance.now() - again;

  const copy = performance.now();
  copyWithFsync(folder, path.join(top, 'copy'));
  const copyMs = performance.now() - copy;

  const commit = performance.now();
  const report = staging.commit({ ids: 'all', approvedProtected: [], dirtyPaths: [] });
  const commitMs = performance.now() - commit;
  if (report.applied.length !== paths.length) throw new Error(`applied ${report.applied.length}`);

  const ms = (value: number): string => `${value.toFixed(0)} ms`;
  line(
    `change set of ${set.changes.length} files`,
    ms(firstMs),
    `asked again ${ms(againMs)}`,
    `${ms(busyMs)} of processor time; aim 300 ms`,
  );
  line(`commit of ${paths.length} files`, ms(commitMs), `copying with fsync ${ms(copyMs)}`, `${(commitMs / copyMs).toFixed(1)}×`);
} finally {
  rmSync(top, { recursive: true });
}

/** `cp -r` with each file made to last. */
function copyWithFsync(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = path.join(from, entry.name);
    const target = path.join(to, entry.name);
    if (entry.isDirectory()) {
      copyWithFsync(source, target);
      continue;
    }
    const fd = openSync(target, 'wx');
    writeSync(fd, readFileSync(source));
    fsyncSync(fd);
    closeSync(fd);
  }
}
