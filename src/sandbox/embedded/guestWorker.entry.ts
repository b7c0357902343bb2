import { parentPort } from 'node:worker_threads';
import { MemoryCollector } from '../collectMemory';
import { mailbox, mailboxState } from '../mailbox';
import type { WorkerJob, WorkerReport } from './workerJob';

/*
 * A warm thread that runs one guest after another. It holds nothing of a guest but its shared memory, and gives a guest
 * nothing but that memory.
 */

const modules = new Map<string, WebAssembly.Module>();
const collector = new MemoryCollector();

parentPort?.on('message', (job: WorkerJob) => {
  if (job.module) modules.set(job.hash, job.module);
  const module = modules.get(job.hash);
  const report: WorkerReport = { trap: module ? run(module, job) : 'the module did not reach the thread' };
  parentPort?.postMessage(report);
  collector.letGo(job.memory.buffer.byteLength);
});

function run(module: WebAssembly.Module, { memory, mailboxAddress }: WorkerJob): string | null {
  try {
    const start = new WebAssembly.Instance(module, { env: { memory } }).exports['_start'];
    if (typeof start === 'function') Reflect.apply(start, undefined, []);
    return null;
  } catch (error) {
    const state = Atomics.load(new Int32Array(memory.buffer), (mailboxAddress + mailbox.state) / 4);
    return state === mailboxState.die ? null : error instanceof Error ? error.message : String(error);
  }
}
