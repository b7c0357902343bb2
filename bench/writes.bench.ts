import { inNodeWasi, inSandbox, line, openSandbox, withFolder } from './guests/measure';
import { check } from './guests/wat';

/* 1 MiB written to a file by 4 KiB. Aim: twice node:wasi at most. */

/** A run is a millisecond long: many are needed until both sides are as fast as they get. */
const runs = 30;
const path0 = 2048;
const guest = {
  rounds: 256,
  data: `(data (i32.const ${path0}) "out.bin")`,
  setUp: `
    ${check(`(call $path_open (i32.const 3) (i32.const 1) (i32.const ${path0}) (i32.const 7) (i32.const 9) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 1064))`)}
    (i32.store (i32.const 1072) (i32.const 8192)) (i32.store (i32.const 1076) (i32.const 4096))`,
  round: check('(call $fd_write (i32.load (i32.const 1064)) (i32.const 1072) (i32.const 1) (i32.const 1048))'),
  finish: check('(call $fd_close (i32.load (i32.const 1064)))'),
};

void withFolder(async (folder) => {
  const sandbox = openSandbox(folder);
  try {
    const ours = (await inSandbox(sandbox, guest, runs)) / 1e6;
    const theirs = (await inNodeWasi(folder, guest, runs)) / 1e6;
    line('1 MiB in 4 KiB writes', `${ours.toFixed(1)} ms`, `node:wasi ${theirs.toFixed(1)} ms`, `${(ours / theirs).toFixed(1)}×`);
  } finally {
    await sandbox.dispose();
  }
});
