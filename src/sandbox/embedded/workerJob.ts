/**
 * A guest's memory up to this size stays its thread's and may be the next guest's: that costs less than a new one. Both
 * sides hold by it.
 */
export const keptMemoryBytes = 4 * 1024 * 1024;

/** One guest to run, as its thread gets it. */
export interface WorkerJob {
  readonly hash: string;
  /** Absent where this thread has the module of that hash already. */
  readonly module?: WebAssembly.Module;
  /** Absent where the guest gets the memory of the one before, whose thread still has it. */
  readonly memory?: WebAssembly.Memory;
  readonly mailboxAddress: number;
}

export interface WorkerReport {
  /** As `GuestCallbacks.ended` has it. */
  readonly trap: string | null;
}
