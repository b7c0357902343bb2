import { Worker } from 'node:worker_threads';
import { assemble } from '../test/support/wat';
import { inSandbox, line, openSandbox, withFolder, writeGuests } from './guests/measure';
import { check } from './guests/wat';

/* A process started and waited for by a guest. Aim: 0.5 ms for a small one, and faster than node:wasi in a warm worker. */

const rounds = 200;
const nothing = `(module (memory (export "memory") 1) (func (export "_start")))`;
const u32 = (value: number): string => `\\${Buffer.from(Uint32Array.of(value).buffer).toString('hex').match(/../g)?.join('\\') ?? ''}`;
const request = `${u32(7)}nothing${u32(0)}${u32(0)}${u32(0)}${u32(0)}`;
const guest = {
  needsSunaba: true,
  rounds,
  data: `(data (i32.const 2048) "${request}")`,
  round: `
    ${check(`(call $proc_spawn (i32.const 2048) (i32.const ${7 + 5 * 4}) (i32.const 1064))`)}
    ${check('(call $proc_wait (i32.const -1) (i32.const 0) (i32.const 1072))')}`,
};

const nodeWasi = `
const { parentPort } = require('node:worker_threads');
const { WASI } = require('node:wasi');
parentPort.on('message', (module) => {
  const wasi = new WASI({ version: 'preview1', args: ['nothing'], returnOnExit: true });
  parentPort.postMessage(wasi.start(new WebAssembly.Instance(module, wasi.getImportObject())));
});`;

async function inWarmWorker(): Promise<number> {
  const module = new WebAssembly.Module(await assemble(nothing));
  const worker = new Worker(nodeWasi, { eval: true, execArgv: ['--no-warnings'] });
  const once = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      worker.once('message', resolve).once('error', reject);
      worker.postMessage(module);
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

void withFolder(async (folder) => {
  const sandbox = openSandbox(folder, await writeGuests(folder, { nothing }));
  try {
    const ours = (await inSandbox(sandbox, guest)) / rounds / 1e6;
    const theirs = await inWarmWorker();
    line(
      'spawn and wait, small guest',
      `${ours.toFixed(3)} ms`,
      `node:wasi, warm worker ${theirs.toFixed(3)} ms`,
      `${(ours / theirs).toFixed(1)}×`,
    );
  } finally {
    await sandbox.dispose();
  }
});
