import type { ProcessOptions, Wasm, WasmProcess } from '@vscode/wasm-wasi/v1';
import type { Uri } from 'vscode';
import { assertNever } from '../../shared/assertNever';
import { mailbox, mailboxState } from '../mailbox';
import type { FromThread, ToThread } from '../thread/protocol';
import { onProcessMemory, onProcessTrap } from './coreProcess';

type GuestStart = Extract<FromThread, { type: 'guest start' }>;
type GuestMessage = Extract<FromThread, { type: 'guest start' | 'guest terminate' }>;

/** The part of the VS Code WASI API that carries guests. */
export type ProcessApi = Pick<Wasm, 'createProcess'>;

/** The one folder that a process gets; a relinked guest never asks the core for it. */
export interface CoreMount {
  readonly uri: Uri;
  readonly mountPoint: string;
}

/** How long a thread may take to end before the kernel is told that its guest is through. */
const terminateMs = 300;
/** How long until the user hears of a thread that does not end. */
const stuckMs = 3000;

/** Starts the guests that a kernel thread asks for as processes of the VS Code WASI API. */
export class CoreGuests {
  readonly #guests = new Map<number, CoreGuest>();

  constructor(
    private readonly api: ProcessApi,
    private readonly mount: CoreMount,
    private readonly post: (message: ToThread) => void,
    /** A guest's thread does not end. It can do no more harm than to use a processor. */
    private readonly onStuck: () => void,
  ) {}

  receive(message: GuestMessage): void {
    switch (message.type) {
      case 'guest start': {
        const guest = new CoreGuest(message.guest, this.post, this.onStuck, () => this.#guests.delete(message.guest));
        this.#guests.set(message.guest, guest);
        void guest.start(this.api, this.mount, message);
        return;
      }
      case 'guest terminate':
        this.#guests.get(message.guest)?.terminate(null);
        return;
      default:
        assertNever(message);
    }
  }

  /** The kernel thread is gone: its guests go too. */
  dispose(): void {
    for (const guest of [...this.#guests.values()]) guest.terminate(null);
  }
}

class CoreGuest {
  #process: WasmProcess | undefined;
  #memory: WebAssembly.Memory | undefined;
  #mailboxAddress = 0;
  #ending = false;
  #over = false;

  constructor(
    private readonly guest: number,
    private readonly post: (message: ToThread) => void,
    private readonly onStuck: () => void,
    private readonly onEnd: () => void,
  ) {}

  async start(api: ProcessApi, mount: CoreMount, start: GuestStart): Promise<void> {
    try {
      const process = await startProcess(api, mount, start);
      if (this.#over) return;
      this.#process = process;
      onProcessMemory(process, (memory) => {
        this.#memory = memory;
        this.#mailboxAddress = start.mailboxAddress;
        if (!this.#over) this.post({ type: 'guest attached', guest: this.guest, memory });
      });
      const run = process.run();
      onProcessTrap(process, (trap) => this.terminate(trap));
      await run;
      // Where the thread was ended from here, `terminate` knows why.
      if (!this.#ending) this.#end(null);
    } catch (error) {
      this.terminate(error instanceof Error ? error.message : String(error));
    }
  }

  /** Ends the thread. The kernel hears of it when the thread is through, or when it takes too long. */
  terminate(trap: string | null): void {
    if (this.#ending) return;
    this.#ending = true;
    const told = trap !== null && this.#wasToldToDie() ? null : trap;
    const late = setTimeout(() => this.#end(told), terminateMs);
    const stuck = setTimeout(this.onStuck, stuckMs);
    void Promise.resolve(this.#process?.terminate())
      .catch(() => undefined)
      .then(() => {
        clearTimeout(late);
        clearTimeout(stuck);
        this.#end(told);
      });
  }

  #wasToldToDie(): boolean {
    if (!this.#memory) return false;
    return Atomics.load(new Int32Array(this.#memory.buffer), (this.#mailboxAddress + mailbox.state) / 4) === mailboxState.die;
  }

  #end(trap: string | null): void {
    if (this.#over) return;
    this.#over = true;
    this.onEnd();
    this.post({ type: 'guest ended', guest: this.guest, trap });
  }
}

/** Makes the process of one guest, not yet running. */
export function startProcess(
  api: ProcessApi,
  mount: CoreMount,
  start: Pick<GuestStart, 'name' | 'module' | 'initialPages' | 'maximumPages'>,
): Promise<WasmProcess> {
  const options: ProcessOptions = {
    stdio: { in: { kind: 'pipeIn' }, out: { kind: 'pipeOut' }, err: { kind: 'pipeOut' } },
    mountPoints: [{ kind: 'vscodeFileSystem', ...mount }],
  };
  return api.createProcess(start.name, start.module, { initial: start.initialPages, maximum: start.maximumPages, shared: true }, options);
}
