import { closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { silent, silentWriter as writer } from '../src/staging/silentAccessor';
import { createStaging } from '../src/staging/staging';
import type { OpenFile } from '../src/staging/vfs';
import { line } from './guests/measure';
import { openOverlay, spaceOf } from './guests/overlay';

/*
 * What is too slow for the tests: a folder of 50,000 files, 10,000 changes in one commit, a file of 4 GiB with holes
 * changed in its middle. Each with its time and the most memory that the process has had so far; what does not come
 * out as promised ends the bench.
 */

const gib = 1024 ** 3;
const reading = { read: true, write: false, create: false, exclusive: false, truncate: false, directory: false, follow: true };
const everything = { ids: 'all', approvedProtected: [], dirtyPaths: [] } as const;

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`not as promised: ${what}`);
}

function timed<T>(what: string, run: () => T): T {
  const start = performance.now();
  const result = run();
  const ms = performance.now() - start;
  const peakMib = Math.round(process.resourceUsage().maxRSS / 1024);
  line(what, `${(ms / 1000).toFixed(2)} s, peak ${peakMib} MiB`, '', '');
  return result;
}

const top = mkdtempSync(path.join(tmpdir(), 'sunaba-scale-'));
const folder = path.join(top, 'ws');
try {
  for (let d = 0; d < 500; d++) {
    mkdirSync(path.join(folder, `d${d}`), { recursive: true });
    for (let f = 0; f < 100; f++) writeFileSync(path.join(folder, `d${d}/f${f}`), 'old');
  }
  const tree = openOverlay(folder, path.join(top, 'overlay'));
  const { namespace, base } = spaceOf(tree);
  const open = (name: string, write: boolean): OpenFile => {
    const opened = namespace.open(writer, base, name, { ...reading, write });
    if (opened.kind !== 'file') throw new Error(name);
    return opened;
  };
  const put = (name: string, text: string, at: number): void => {
    const file = open(name, true);
    file.write(writer, Buffer.from(text), at);
    file.close();
  };
  const list = (name: string): string[] => {
    const opened = namespace.open(silent, base, name, { ...reading, directory: true });
    if (opened.kind !== 'directory') throw new Error(name);
    return opened.entries(silent).map((entry) => entry.name);
  };
  const staging = createStaging(tree, { root: folder, state: path.join(top, 'state'), overlayId: 'scale' });

  timed('list a folder of 50,000 files', () => {
    let seen = 0;
    for (let d = 0; d < 500; d++) seen += list(`d${d}`).length - 2;
    must(seen === 50_000, 'every file is listed');
  });
  timed('change 10,000 of them', () => {
    for (let d = 0; d < 100; d++) for (let f = 0; f < 100; f++) put(`d${d}/f${f}`, 'new', 0);
  });
  timed('the change set of 10,000', () => must(staging.changes().changes.length === 10_000, '10,000 changes'));
  const commit = timed('one commit of 10,000', () => staging.commit(everything));
  must(commit.applied.length === 10_000 && staging.changes().changes.length === 0, 'all of them are applied');
  const undone = timed('take it back', () => staging.revert(commit.commitId ?? ''));
  must(undone.applied.length === 10_000, 'all of them are taken back');

  const host = path.join(folder, 'large');
  const fd = openSync(host, 'w');
  ftruncateSync(fd, 4 * gib);
  writeSync(fd, 'end', 4 * gib - 3);
  closeSync(fd);
  timed('change a file of 4 GiB in its middle', () => {
    const file = open('large', true);
    const end = new Uint8Array(3);
    file.read(writer, end, 4 * gib - 3);
    must(Buffer.from(end).toString() === 'end', 'its end is read');
    file.write(writer, Buffer.from('middle'), 2 * gib);
    file.close();
  });
  const overlayBytes = statSync(path.join(top, 'overlay', 'log')).size;
  must(overlayBytes < 64 * 1024 * 1024, 'the log stays small');
  timed('its change set', () => must(staging.changes().changes.length === 1, 'one change'));
  timed('its commit', () => must(staging.commit(everything).applied.length === 1, 'it is applied'));
  const large = statSync(host);
  must(large.size === 4 * gib && large.blocks * 512 < 64 * 1024 * 1024, 'holes stay holes');
  const file = open('large', false);
  const middle = new Uint8Array(6);
  file.read(writer, middle, 2 * gib);
  file.close();
  must(Buffer.from(middle).toString() === 'middle', 'the change is there');
  staging.dispose();
  tree.dispose();
} finally {
  rmSync(top, { recursive: true, force: true });
}
