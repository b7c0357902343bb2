import { Worker } from 'node:worker_threads';
import { assemble } from '../test/support/wat';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { inSandbox, line, openSandbox, withFolder, writeGuests } from './guests/measure';
import { check, type BenchGuest } from './guests/wat';

/* A process started and waited for by a guest. Aims: 0.5 ms for a small one, 6 ms for coreutils, and faster than node:wasi in a warm worker. */

const nothing = `(module (memory (export "memory") 1) (func (export "_start")))`;
const u32 = (value: number): string => `\\${Buffer.from(Uint32Array.of(value).buffer).toString('hex').match(/../g)?.join('\\') ?? ''}`;

/** Starts `program` again and again, each time with its name as argv[0], and waits for it. */
function spawner(program: string, rounds: number): BenchGuest {
  const name = `${u32(program.length)}${program}`;
  const length = 2 * (4 + program.length) + 4 * 4;
  return {
    needsSunaba: true,
    rounds,
    data: `(data (i32.const 2048) "${name}${u32(0)}${u32(1)}${name}${u32(0)}${u32(0)}")`,
    round: `
      ${check(`(call $proc_spawn (i32.const 2048) (i32.const ${length}) (i32.const 1064))`)}
      ${check('(call $proc_wait (i32.const -1) (i32.const 0) (i32.const 1072))')}`,
  };
}

const nodeWasi = `
const { parentPort } = require('node:worker_threads');
const { WASI } = require('node:wasi');
parentPort.on('message', ({ module, name }) => {
  const wasi = new WASI({ version: 'preview1', args: [name], returnOnExit: true });
  parentPort.postMessage(wasi.start(new WebAssembly.Instance(module, wasi.getImportObject())));
});`;

/** Milliseconds a run of node's own WASI takes in a worker that has run it before. */
async function inWarmWorker(bytes: Uint8Array, name: string, rounds: number): Promise<number> {
  const module = new WebAssembly.Module(bytes);
  const worker = new Worker(nodeWasi, { eval: true, execArgv: ['--no-warnings'] });
  let ended: () => void = () => {};
  worker.on('message', () => ended());
  const once = (): Promise<void> =>
    new Promise((resolve) => {
      ended = resolve;
      worker.postMessage({ module, name });
    });
  for (let i = 0; i < 20; i++) await once();
  let best = Infinity;
  for (let run = 0; run < 5; run++) {
    const started = performance.now();
    for (let i = 0; i < rounds; i++) await once();
    best = Math.min(best, (performance.now() - started) / rounds);
  }
  await worker.terminate();
  return best;
}

async function main(): Promise<void> {
  await withFolder(async (folder) => {
    const sandbox = openSandbox(folder, await writeGuests(folder, { nothing }));
    const ours = (await inSandbox(sandbox, spawner('nothing', 200))) / 200 / 1e6;
    const theirs = await inWarmWorker(await assemble(nothing), 'nothing', 200);
    line(
      'spawn and wait, small guest',
      `${ours.toFixed(3)} ms`,
      `node:wasi, warm worker ${theirs.toFixed(3)} ms`,
      `${(ours / theirs).toFixed(1)}×`,
    );
    await sandbox.dispose();
  });
  if (!existsSync(path.resolve('dist/guests/coreutils.wasm.br'))) return;
  // Node's own WASI cannot run it: it needs the calls of module `sunaba`.
  await withFolder(async (folder) => {
    const sandbox = openSandbox(folder);
    const ours = (await inSandbox(sandbox, spawner('true', 50))) / 50 / 1e6;
    line('spawn and wait, coreutils', `${ours.toFixed(1)} ms`, 'aim 6 ms', `${(ours / 6).toFixed(1)}×`);
    await sandbox.dispose();
  });
}

void main();
