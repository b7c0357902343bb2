import { inNodeWasi, inSandbox, line, openSandbox, withFolder } from './guests/measure';
import { check } from './guests/wat';

/* What a call that does nothing costs. Aim: 2 µs at most. */

const rounds = 100_000;
const guest = { rounds, round: check('(call $sched_yield)') };

void withFolder(async (folder) => {
  const sandbox = openSandbox(folder);
  try {
    const ours = (await inSandbox(sandbox, guest)) / rounds;
    const theirs = (await inNodeWasi(folder, guest)) / rounds;
    line('null call', `${(ours / 1000).toFixed(2)} µs`, `node:wasi ${(theirs / 1000).toFixed(2)} µs`, `${(ours / theirs).toFixed(1)}×`);
  } finally {
    await sandbox.dispose();
  }
});
