/*
 * The seam between the kernel and what carries guests. The kernel thread asks for a guest; a launcher (worker threads
 * of ours, or `createProcess` of the VS Code WASI API) runs it. All else between kernel and guest goes through the
 * guest's memory.
 */

/** Of WebAssembly. */
export const pageBytes = 65_536;

/** A guest program as the launcher starts it: relinked bytes, and the memory that they import. */
export interface GuestModule {
  /** SHA-256 of the relinked bytes (hex); launchers keep compiled modules by it. */
  readonly hash: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Pages of `pageBytes`. */
  readonly initialPages: number;
  readonly maximumPages: number;
  /** Where the mailbox is in its memory, in bytes. */
  readonly mailboxAddress: number;
}

export interface GuestCallbacks {
  /** The guest's shared memory exists; the guest may already run and may already have asked. Called once, before `ended`. */
  attached(memory: WebAssembly.Memory | SharedArrayBuffer): void;
  /**
   * The guest's thread is through: `null` after a normal end or the trap that a `die` answer caused, else the trap's
   * message as the engine words it. Called once; also after `terminate`.
   */
  ended(trap: string | null): void;
}

export interface GuestThread {
  /** Ends the guest whatever it does, as fast as the launcher can. Idempotent. */
  terminate(): void;
}

export interface Launcher {
  /** Starts a guest. A failure to start is reported by `ended` with the reason. */
  start(module: GuestModule, callbacks: GuestCallbacks): GuestThread;
  dispose(): Promise<void>;
}
