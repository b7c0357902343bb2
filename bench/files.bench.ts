import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inNodeWasi, inSandbox, line, openSandbox, withFolder } from './guests/measure';
import { check } from './guests/wat';

/* 2,000 small files: open, stat, read, close. Aim: 3 times node:wasi at most. */

const rounds = 2000;
/** Where the path `f0000` stands; its digits are made from the round. */
const path0 = 2048;
const digit = (at: number, divisor: number): string =>
  `(i32.store8 (i32.const ${path0 + at}) (i32.add (i32.const 48) (i32.rem_u (i32.div_u (local.get $i) (i32.const ${divisor})) (i32.const 10))))`;
const guest = {
  rounds,
  data: `(data (i32.const ${path0}) "many/f0000")`,
  setUp: '(i32.store (i32.const 1056) (i32.const 8192)) (i32.store (i32.const 1060) (i32.const 65536))',
  round: `
    ${digit(6, 1000)} ${digit(7, 100)} ${digit(8, 10)} ${digit(9, 1)}
    ${check(`(call $path_open (i32.const 3) (i32.const 1) (i32.const ${path0}) (i32.const 10) (i32.const 0) (i64.const 2097154) (i64.const 0) (i32.const 0) (i32.const 1064))`)}
    ${check('(call $fd_filestat_get (i32.load (i32.const 1064)) (i32.const 1072))')}
    ${check('(call $fd_read (i32.load (i32.const 1064)) (i32.const 1056) (i32.const 1) (i32.const 1048))')}
    ${check('(call $fd_close (i32.load (i32.const 1064)))')}`,
};

void withFolder(async (folder) => {
  mkdirSync(path.join(folder, 'many'));
  for (let i = 0; i < rounds; i++) writeFileSync(path.join(folder, 'many', `f${String(i).padStart(4, '0')}`), 'contents '.repeat(40));
  const sandbox = openSandbox(folder);
  try {
    const ours = await inSandbox(sandbox, guest);
    const theirs = await inNodeWasi(folder, guest);
    const ms = (ns: number): string => `${(ns / 1e6).toFixed(1)} ms`;
    line('2,000 files: open, stat, read, close', ms(ours), `node:wasi ${ms(theirs)}`, `${(ours / theirs).toFixed(1)}×`);
  } finally {
    await sandbox.dispose();
  }
});
