import { calls, type CallName } from '../../../src/sandbox/calls';
import { pageBytes, type GuestCallbacks, type GuestModule, type Launcher } from '../../../src/sandbox/launcher';
import { mailbox, mailboxAddress, mailboxState } from '../../../src/sandbox/mailbox';

const at = (field: keyof typeof mailbox): number => (mailboxAddress + mailbox[field]) / 4;

/** The kernel told the guest to trap. */
export class Died extends Error {}

/**
 * A guest that a test plays: it speaks the mailbox' protocol in real shared memory, as a relinked module does, from the
 * kernel's own thread.
 */
export class Puppet {
  readonly memory: WebAssembly.Memory;
  readonly ints: Int32Array;
  terminated = false;
  #over = false;
  #heap = 4096;

  constructor(
    readonly module: GuestModule,
    private readonly callbacks: GuestCallbacks,
    private readonly onEnd: () => void,
  ) {
    this.memory = new WebAssembly.Memory({ initial: module.initialPages, maximum: module.maximumPages, shared: true });
    this.ints = new Int32Array(this.memory.buffer, 0, 256);
  }

  attach(): void {
    this.callbacks.attached(this.memory);
  }

  /** The thread is through, as a trap or (null) a normal end. */
  finish(trap: string | null): void {
    if (this.#over) return;
    this.#over = true;
    this.onEnd();
    this.callbacks.ended(trap);
  }

  get over(): boolean {
    return this.#over;
  }

  terminate(): void {
    this.terminated = true;
    setImmediate(() => this.finish(null));
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.memory.buffer);
  }

  get view(): DataView {
    return new DataView(this.memory.buffer);
  }

  /** Room in the guest's memory; never given back but by `reset`. */
  alloc(bytes: number): number {
    const address = this.#heap;
    this.#heap += (bytes + 15) & ~15;
    const missing = this.#heap - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / pageBytes));
    return address;
  }

  put(data: string | Uint8Array): { address: number; length: number } {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    const address = this.alloc(bytes.length);
    this.bytes.set(bytes, address);
    return { address, length: bytes.length };
  }

  /** A list of one buffer. */
  iov(address: number, length: number): number {
    const list = this.alloc(8);
    this.view.setUint32(list, address, true);
    this.view.setUint32(list + 4, length, true);
    return list;
  }

  text(address: number, length: number): string {
    return Buffer.from(this.bytes.slice(address, address + length)).toString();
  }

  u32(address: number): number {
    return this.view.getUint32(address, true);
  }

  u64(address: number): bigint {
    return this.view.getBigUint64(address, true);
  }

  /** Puts a call into the mailbox as a relinked import does. */
  ask(number: number, args: readonly (number | bigint)[]): void {
    const { ints, view } = this;
    args.forEach((arg, index) => {
      const address = mailboxAddress + mailbox.args + 8 * index;
      if (typeof arg === 'bigint') view.setBigInt64(address, BigInt.asIntN(64, arg), true);
      else view.setInt32(address, arg | 0, true);
    });
    ints[at('call')] = number;
    if (Atomics.exchange(ints, at('state'), mailboxState.asked) === mailboxState.die) this.#die();
    if (Atomics.load(ints, at('armed')) !== 0) Atomics.notify(ints, at('armed'), 1);
  }

  async call(name: CallName, ...args: (number | bigint)[]): Promise<number> {
    this.ask(
      calls.findIndex(([, called]) => called === name),
      args,
    );
    return this.answered();
  }

  async answered(): Promise<number> {
    const { ints } = this;
    for (;;) {
      const state = Atomics.load(ints, at('state'));
      if (state === mailboxState.die) this.#die();
      if (state !== mailboxState.asked) return ints[at('result')] ?? 0;
      Atomics.store(ints, at('sleeping'), 1);
      const wait = Atomics.waitAsync(ints, at('state'), mailboxState.asked);
      if (wait.async) await wait.value;
      Atomics.store(ints, at('sleeping'), 0);
    }
  }

  #die(): never {
    setImmediate(() => this.finish(null));
    throw new Died('the kernel ended this process');
  }
}

/** Guests by the program's name: what the puppet does until it returns. */
export type Script = (guest: Puppet) => Promise<void>;

/** Launches puppets; each runs the script of its program's name, then exits 0 unless the script did. */
export class PuppetLauncher implements Launcher {
  readonly started: Puppet[] = [];
  live = 0;
  readonly failures: unknown[] = [];

  constructor(readonly scripts: Map<string, Script>) {}

  start(module: GuestModule, callbacks: GuestCallbacks): { terminate(): void } {
    let puppet: Puppet;
    try {
      puppet = new Puppet(module, callbacks, () => this.live--);
    } catch (error) {
      // Each memory reserves gigabytes of addresses; thousands of them wait for the garbage collector.
      setImmediate(() => callbacks.ended(String(error)));
      return { terminate: () => undefined };
    }
    this.live++;
    this.started.push(puppet);
    setImmediate(() => {
      puppet.attach();
      void this.#play(puppet);
    });
    return { terminate: () => puppet.terminate() };
  }

  async #play(puppet: Puppet): Promise<void> {
    try {
      await this.scripts.get(puppet.module.name)?.(puppet);
      await puppet.call('proc_exit', 0);
    } catch (error) {
      if (!(error instanceof Died)) {
        this.failures.push(error);
        puppet.finish('unreachable');
      }
    }
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}
