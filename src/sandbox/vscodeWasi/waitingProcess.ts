import type { ProcessOptions, Wasm, WasmProcess } from '@vscode/wasm-wasi/v1';
import type { Uri } from 'vscode';
import { onProcessMemory, onProcessTrap } from './coreProcess';

/** The part of the VS Code WASI API that carries guests. */
export type ProcessApi = Pick<Wasm, 'createProcess'>;

/** The one folder that a process gets; a relinked guest never asks the core for it. */
export interface CoreMount {
  readonly uri: Uri;
  readonly mountPoint: string;
}

/** What a process is given to run. */
export interface CoreProgram {
  readonly module: WebAssembly.Module;
  readonly initialPages: number;
  readonly maximumPages: number;
}

/**
 * A process of the core that waits for its program: the core starts the thread of a process first, which takes it most of
 * its time, and only then asks for the module and makes the memory. It runs one program, and none after that.
 */
export class WaitingProcess {
  /** The process is through: `null` after an end without a word, else what its thread printed or why it did not run. */
  readonly ended: Promise<string | null>;
  /** Whether what its thread prints is heard. */
  readonly isHeard: boolean;
  readonly #process: WasmProcess;
  readonly #memory: WebAssembly.MemoryDescriptor;
  readonly #give: (module: WebAssembly.Module) => void;

  private constructor(process: WasmProcess, memory: WebAssembly.MemoryDescriptor, give: (module: WebAssembly.Module) => void) {
    this.#process = process;
    this.#memory = memory;
    this.#give = give;
    const over = process.run().then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    let trapped: (trap: string) => void = () => undefined;
    const trap = new Promise<string>((resolve) => (trapped = resolve));
    this.isHeard = onProcessTrap(process, trapped);
    this.ended = Promise.race([over, trap]);
  }

  static async start(api: ProcessApi, mount: CoreMount): Promise<WaitingProcess> {
    // The core reads it when it has the module. A memory that is not as the module asks for would not be linked to it.
    const memory: WebAssembly.MemoryDescriptor = { initial: 0, maximum: 0, shared: true };
    let give: (module: WebAssembly.Module) => void = () => undefined;
    const module = new Promise<WebAssembly.Module>((resolve) => (give = resolve));
    const options: ProcessOptions = {
      stdio: { in: { kind: 'pipeIn' }, out: { kind: 'pipeOut' }, err: { kind: 'pipeOut' } },
      mountPoints: [{ kind: 'vscodeFileSystem', ...mount }],
    };
    return new WaitingProcess(await api.createProcess('sunaba', module, memory, options), memory, give);
  }

  /** `attached` gets the program's memory when the core has made it. */
  run({ module, initialPages, maximumPages }: CoreProgram, attached: (memory: WebAssembly.Memory) => void): void {
    onProcessMemory(this.#process, attached);
    this.#memory.initial = initialPages;
    this.#memory.maximum = maximumPages;
    this.#give(module);
  }

  async terminate(): Promise<void> {
    await this.#process.terminate();
  }
}
