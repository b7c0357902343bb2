import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { MountPointDescriptor, ProcessOptions, WasmProcess } from '@vscode/wasm-wasi/v1';
import type { ExtensionContext } from 'vscode';

/*
 * Stands in for ms-vscode.wasm-wasi-core where that cannot be had: a process is a worker that instantiates a module
 * with the shared memory of its descriptor and runs `_start`. As in the core, the thread is up before the module is
 * waited for, the process keeps `memory` and `mainWorker` as properties, a normal end ends the worker, and a trap is
 * printed and leaves the worker hanging.
 * There is no WASI in it: a module may import `env` `memory` and nothing else.
 */

class StandInProcess implements WasmProcess {
  readonly stdin = undefined;
  readonly stdout = undefined;
  readonly stderr = undefined;
  memory: WebAssembly.Memory | undefined;
  mainWorker: Worker | undefined;

  constructor(
    private readonly module: Promise<WebAssembly.Module>,
    private readonly descriptor: WebAssembly.MemoryDescriptor,
  ) {}

  async run(): Promise<number> {
    const worker = new Worker(path.join(__dirname, 'worker.cjs'));
    this.mainWorker = worker;
    const exited = new Promise<number>((resolve) => worker.once('exit', resolve));
    await new Promise((resolve) => worker.once('message', resolve));
    const module = await this.module;
    this.memory = new WebAssembly.Memory(this.descriptor);
    worker.postMessage({ module, memory: this.memory });
    return exited;
  }

  async terminate(): Promise<number> {
    return (await this.mainWorker?.terminate()) ?? 0;
  }
}

export function activate(context: ExtensionContext) {
  const extension = String((context.extension.packageJSON as { version: unknown }).version);
  const createProcess = (
    name: string,
    module: WebAssembly.Module | Promise<WebAssembly.Module>,
    descriptor: WebAssembly.MemoryDescriptor,
    options: ProcessOptions,
  ): Promise<WasmProcess> => {
    const mounts: MountPointDescriptor[] = 'mountPoints' in options ? (options.mountPoints ?? []) : [];
    if (mounts.length !== 1 || mounts[0]?.kind !== 'vscodeFileSystem') throw new Error(`${name}: one vscodeFileSystem mount is expected`);
    return Promise.resolve(new StandInProcess(Promise.resolve(module), descriptor));
  };
  return { load: (api: 1) => ({ versions: { api, extension }, createProcess }) };
}
