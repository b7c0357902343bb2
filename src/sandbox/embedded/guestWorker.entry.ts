import { parentPort } from 'node:worker_threads';
import { MemoryCollector } from '../collectMemory';
import { mailbox, mailboxBytes, mailboxState } from '../mailbox';
import { keptMemoryBytes, type WorkerJob, type WorkerReport } from './workerJob';

/*
 * A warm thread that runs one guest after another. It holds nothing of a guest but its shared memory, and gives a guest
 * nothing but that memory; one that another guest had is emptied before.
 */

// Every guest ends by a trap; where it was is nobody's question.
Error.stackTraceLimit = 0;

const modules = new Map<string, WebAssembly.Module>();
const collector = new MemoryCollector();

let memory: WebAssembly.Memory | undefined;

parentPort?.on('message', (job: WorkerJob) => {
  if (job.module) modules.set(job.hash, job.module);
  const module = modules.get(job.hash);
  if (job.memory) {
    if (memory) letGo(memory);
    memory = job.memory;
  } else if (memory) {
    empty(memory, job.mailboxAddress);
  }
  const trap = module && memory ? run(module, memory, job.mailboxAddress) : 'the program did not reach the thread';
  parentPort?.postMessage({ trap } satisfies WorkerReport);
  if (memory && memory.buffer.byteLength > keptMemoryBytes) letGo(memory);
});

function letGo(held: WebAssembly.Memory): void {
  memory = undefined;
  collector.letGo(held.buffer.byteLength);
}

/** The mailbox is the kernel's to empty, which uses it already. Shared memory is filled element by element: large ones. */
function empty({ buffer }: WebAssembly.Memory, mailboxAddress: number): void {
  const wide = BigUint64Array.BYTES_PER_ELEMENT;
  const end = Math.ceil((mailboxAddress + mailboxBytes) / wide) * wide;
  new BigUint64Array(buffer, 0, Math.floor(mailboxAddress / wide)).fill(0n);
  new Uint8Array(buffer, 0, mailboxAddress).fill(0, Math.floor(mailboxAddress / wide) * wide);
  new Uint8Array(buffer, 0, end).fill(0, mailboxAddress + mailboxBytes);
  new BigUint64Array(buffer, end).fill(0n);
}

function run(module: WebAssembly.Module, held: WebAssembly.Memory, mailboxAddress: number): string | null {
  try {
    const start = new WebAssembly.Instance(module, { env: { memory: held } }).exports['_start'];
    if (typeof start === 'function') Reflect.apply(start, undefined, []);
    return null;
  } catch (error) {
    const state = Atomics.load(new Int32Array(held.buffer), (mailboxAddress + mailbox.state) / 4);
    return state === mailboxState.die ? null : error instanceof Error ? error.message : String(error);
  }
}
