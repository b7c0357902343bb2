/** Signals by their numbers on Linux. */
export const signal = { kill: 9, abrt: 6, fpe: 8, segv: 11, pipe: 13, chld: 17, cont: 18, urg: 23, winch: 28 } as const;

export const highestSignal = 64;

const ignoredByDefault: ReadonlySet<number> = new Set([signal.chld, signal.cont, signal.urg, signal.winch]);

/** What becomes of signals sent to one process. Masks have bit n-1 for signal n. */
export class SignalState {
  #caught = 0n;
  #pending = 0n;

  constructor(private ignored: bigint) {}

  get ignoredMask(): bigint {
    return this.ignored;
  }

  get hasPending(): boolean {
    return this.#pending !== 0n;
  }

  catch(mask: bigint): void {
    this.#caught = mask & ~bit(signal.kill);
  }

  ignore(mask: bigint): void {
    this.ignored = mask & ~bit(signal.kill);
  }

  /** Gives and clears what is pending. */
  take(): bigint {
    const pending = this.#pending;
    this.#pending = 0n;
    return pending;
  }

  /** What a signal does: `end` the process, make a blocking call give EINTR (`caught`), or nothing. */
  deliver(number: number): 'end' | 'caught' | 'ignored' {
    const mask = bit(number);
    if (this.#caught & mask) {
      this.#pending |= mask;
      return 'caught';
    }
    if (this.ignored & mask || ignoredByDefault.has(number)) return 'ignored';
    return 'end';
  }
}

function bit(number: number): bigint {
  return 1n << BigInt(number - 1);
}

/** The signal that a trap would have been on a machine: `unreachable` is how Rust aborts. */
export function toSignal(trap: string): number {
  if (/unreachable/i.test(trap)) return signal.abrt;
  if (/divide|division|remainder|integer overflow|unrepresentable/i.test(trap)) return signal.fpe;
  return signal.segv;
}
