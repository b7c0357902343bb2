/** One guest to run, as its thread gets it. */
export interface WorkerJob {
  readonly hash: string;
  /** Absent where this thread has the module of that hash already. */
  readonly module?: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly mailboxAddress: number;
}

export interface WorkerReport {
  /** As `GuestCallbacks.ended` has it. */
  readonly trap: string | null;
}
