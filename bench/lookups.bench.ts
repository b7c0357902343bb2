import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createReadOnlyTree } from '../src/staging/lower/readOnlyTree';
import { silent, silentWriter as writer } from '../src/staging/silentAccessor';
import { line } from './guests/measure';
import { openOverlay, spaceOf, type Space } from './guests/overlay';

/* Look-ups of 5,000 files in 50 folders. Aim: 1.3 times those without an overlay when nothing is staged, 2 times with 5,000 staged changes. */

const folders = 50;
const files = 100;
const rounds = 7;

const top = mkdtempSync(path.join(tmpdir(), 'sunaba-bench-'));
const folder = path.join(top, 'ws');
const paths: string[] = [];
for (let i = 0; i < folders; i++) {
  mkdirSync(path.join(folder, `src/d${i}`), { recursive: true });
  for (let k = 0; k < files; k++) {
    paths.push(`src/d${i}/f${k}`);
    writeFileSync(path.join(folder, `src/d${i}/f${k}`), 'contents');
  }
}

/** The best of some rounds, so that what else the machine does counts little; all ways in turn. */
function measure(ways: readonly Space[]): number[] {
  const best = ways.map(() => Infinity);
  for (let round = 0; round < rounds; round++) {
    ways.forEach(({ namespace, base }, way) => {
      const started = performance.now();
      for (const each of paths) namespace.stat(silent, base, each, true);
      best[way] = Math.min(best[way] ?? Infinity, performance.now() - started);
    });
  }
  return best;
}

try {
  const plain = createReadOnlyTree(folder);
  const overlay = openOverlay(folder, path.join(top, 'a'));
  const staged = openOverlay(folder, path.join(top, 'b'));
  const changed = spaceOf(staged);
  for (const each of paths) {
    const options = { read: false, write: true, create: false, exclusive: false, truncate: true, directory: false, follow: true };
    const file = changed.namespace.open(writer, changed.base, each, options);
    if (file.kind !== 'file') throw new Error(each);
    file.write(writer, Buffer.from('changed'), 0);
    file.close();
  }
  const [without = 0, empty = 0, full = 0] = measure([spaceOf(plain), spaceOf(overlay), changed]);
  const us = (ms: number): string => `${((ms * 1000) / paths.length).toFixed(1)} µs`;
  line('look-up, nothing staged', us(empty), `without overlay ${us(without)}`, `${(empty / without).toFixed(2)}×`);
  line('look-up, 5,000 files staged', us(full), `without overlay ${us(without)}`, `${(full / without).toFixed(2)}×`);
} finally {
  rmSync(top, { recursive: true });
}
