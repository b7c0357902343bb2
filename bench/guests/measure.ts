import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { brotliCompressSync } from 'node:zlib';
import { createEmbeddedSandbox } from '../../src/sandbox/embedded/embeddedSandbox';
import type { Sandbox } from '../../src/sandbox/sandbox';
import { defaultLimits } from '../../src/shared/limits';
import { assemble } from '../../test/support/wat';
import { benchGuest, type BenchGuest } from './wat';

/** A temporary folder that is gone after `use`. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sunaba-bench-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A guests' folder with these programs, each a tool of its name. */
export async function writeGuests(folder: string, programs: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const guests = path.join(folder, 'guests');
  mkdirSync(guests);
  const entries = [];
  for (const [name, program] of Object.entries(programs)) {
    const bytes = typeof program === 'string' ? await assemble(program) : program;
    const file = `${name}.wasm.br`;
    writeFileSync(path.join(guests, file), brotliCompressSync(bytes));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    entries.push({ name, file, sha256, size: bytes.length, tools: [name], licences: [], sourceHash: '', rustc: '' });
  }
  writeFileSync(path.join(guests, 'manifest.json'), JSON.stringify({ guests: entries }));
  return guests;
}

export function openSandbox(folder: string, guests?: string): Sandbox {
  return createEmbeddedSandbox({ dist: path.resolve('dist'), folder, ...(guests ? { guests } : {}), limits: defaultLimits });
}

/** The best of several runs in our sandbox, in nanoseconds. */
export async function inSandbox(sandbox: Sandbox, guest: BenchGuest, times = 5): Promise<number> {
  const module = await assemble(benchGuest(guest));
  let best = Infinity;
  for (let i = 0; i < times; i++) {
    const result = await sandbox.run({ program: { name: 'bench', module }, args: [], view: 'only mount' }, AbortSignal.timeout(120_000));
    if (result.exit.kind !== 'exited' || result.exit.code !== 0) throw new Error(`the guest ended with ${JSON.stringify(result.exit)}`);
    best = Math.min(best, Number(Buffer.from(result.stdout.head).readBigUInt64LE()));
  }
  return best;
}

const nodeWasi = `
const { parentPort } = require('node:worker_threads');
const { WASI } = require('node:wasi');
parentPort.on('message', ({ module, stdout, folder }) => {
  const wasi = new WASI({ version: 'preview1', args: ['bench'], preopens: { '/workspace': folder }, stdout, returnOnExit: true });
  const status = wasi.start(new WebAssembly.Instance(module, wasi.getImportObject()));
  parentPort.postMessage(status);
});`;

/** The same by node's own WASI in a warm worker. */
export async function inNodeWasi(folder: string, guest: BenchGuest, times = 5): Promise<number> {
  const module = new WebAssembly.Module(await assemble(benchGuest(guest)));
  const worker = new Worker(nodeWasi, { eval: true, execArgv: ['--no-warnings'] });
  const output = path.join(tmpdir(), `sunaba-bench-${process.pid}.out`);
  let best = Infinity;
  try {
    for (let i = 0; i < times; i++) {
      const stdout = openSync(output, 'w');
      const ended = new Promise((resolve, reject) => worker.removeAllListeners().once('message', resolve).once('error', reject));
      worker.postMessage({ module, stdout, folder });
      const status = await ended;
      closeSync(stdout);
      if (status !== 0) throw new Error(`node:wasi gave ${String(status)}`);
      best = Math.min(best, Number(readFileSync(output).readBigUInt64LE()));
    }
  } finally {
    await worker.terminate();
    rmSync(output, { force: true });
  }
  return best;
}

/** One line of the table that docs/performance.md keeps. */
export function line(what: string, ours: string, theirs: string, ratio: string): void {
  console.log(`| ${what} | ${ours} | ${theirs} | ${ratio} |`);
}
