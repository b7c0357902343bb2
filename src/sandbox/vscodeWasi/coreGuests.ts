import { assertNever } from '../../shared/assertNever';
import { mailbox, mailboxState } from '../mailbox';
import type { FromThread, ToThread } from '../thread/protocol';
import { MemoryPressure } from './memoryPressure';
import { WaitingProcess, type CoreMount, type ProcessApi } from './waitingProcess';

type GuestStart = Extract<FromThread, { type: 'guest start' }>;
type GuestMessage = Extract<FromThread, { type: 'guest start' | 'guest terminate' }>;

/** How long a thread may take to end before the kernel is told that its guest is through. */
const terminateMs = 300;
/** How long until the user hears of a thread that does not end. */
const stuckMs = 3000;
/** Processes that wait for a program before there was any: more would hold up the kernel's own start. */
const firstWaiting = 2;
/** Processes that wait for a program: a shell and a pipeline of three. Each is a thread that takes some 14 MiB. */
const laterWaiting = 4;

/** Starts the guests that a kernel thread asks for as processes of the VS Code WASI API. */
export class CoreGuests {
  readonly #guests = new Map<number, CoreGuest>();
  readonly #waiting: Promise<WaitingProcess>[] = [];
  readonly #pressure = new MemoryPressure();
  #disposed = false;

  constructor(
    private readonly api: ProcessApi,
    private readonly mount: CoreMount,
    private readonly post: (message: ToThread) => void,
    /** A guest's thread does not end. It can do no more harm than to use a processor. */
    private readonly onStuck: () => void,
  ) {
    this.#replenish(firstWaiting);
  }

  receive(message: GuestMessage): void {
    switch (message.type) {
      case 'guest start': {
        const guest = new CoreGuest(message, this.post, this.onStuck, (bytes) => {
          this.#guests.delete(message.guest);
          this.#pressure.letGo(bytes);
        });
        this.#guests.set(message.guest, guest);
        void guest.run(this.#waiting.shift() ?? WaitingProcess.start(this.api, this.mount));
        // Starting a thread takes a moment of this one: the guest goes first.
        setImmediate(() => this.#replenish(laterWaiting));
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
    this.#disposed = true;
    for (const guest of [...this.#guests.values()]) guest.terminate(null);
    for (const waiting of this.#waiting.splice(0)) void waiting.then((process) => process.terminate()).catch(() => undefined);
  }

  #replenish(wanted: number): void {
    while (!this.#disposed && this.#waiting.length < wanted) {
      const waiting = WaitingProcess.start(this.api, this.mount);
      this.#waiting.push(waiting);
      const remove = () => {
        const index = this.#waiting.indexOf(waiting);
        if (index >= 0) void this.#waiting.splice(index, 1);
      };
      // One that ends while it waits is none. Where none can be started the guests tell why.
      void waiting.then((process) => process.ended).then(remove, remove);
    }
  }
}

class CoreGuest {
  #process: WaitingProcess | undefined;
  #memory: WebAssembly.Memory | undefined;
  #ending = false;
  #over = false;

  constructor(
    private readonly start: GuestStart,
    private readonly post: (message: ToThread) => void,
    private readonly onStuck: () => void,
    /** Told what its memory came to. */
    private readonly onEnd: (bytes: number) => void,
  ) {}

  async run(starting: Promise<WaitingProcess>): Promise<void> {
    try {
      const process = await starting;
      this.#process = process;
      if (this.#ending) {
        await process.terminate();
        return;
      }
      process.run(this.start, (memory) => {
        this.#memory = memory;
        if (!this.#over) this.post({ type: 'guest attached', guest: this.start.guest, memory });
      });
      const trap = await process.ended;
      if (trap !== null) this.terminate(trap);
      // Where the thread was ended from here, `terminate` knows why.
      else if (!this.#ending) this.#end(null);
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
    return Atomics.load(new Int32Array(this.#memory.buffer), (this.start.mailboxAddress + mailbox.state) / 4) === mailboxState.die;
  }

  #end(trap: string | null): void {
    if (this.#over) return;
    this.#over = true;
    this.onEnd(this.#memory?.buffer.byteLength ?? 0);
    this.post({ type: 'guest ended', guest: this.start.guest, trap });
  }
}
