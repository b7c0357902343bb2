/** What one tool call may use. Each limit is the setting `sunaba.limits.<name>`; its message names the setting. */
export interface Limits {
  /** Wall clock of one tool call, in milliseconds. */
  readonly wallClockMs: number;
  /** Memory of one process, in MiB; the maximum of its WebAssembly memory. */
  readonly processMemoryMib: number;
  /** Memory of all processes of a conversation together, in MiB. */
  readonly totalMemoryMib: number;
  /** Output of one call kept for the card (head and tail), in bytes. */
  readonly outputKeptBytes: number;
  /** Output of one call kept whole in a file below /tmp, in bytes; past it the call is ended. */
  readonly outputFileBytes: number;
  /** Characters of output the model is told; the rest stays in the file. */
  readonly modelOutputChars: number;
  /** Bytes that one call may write to files. */
  readonly writtenBytes: number;
  /** Size of one file, in bytes. */
  readonly fileBytes: number;
  /** Files and folders that one call may create. */
  readonly filesCreated: number;
  /** Processes alive at once in one call. */
  readonly processes: number;
  /** Open descriptors of one process. */
  readonly descriptors: number;
}

export type LimitName = keyof Limits;

/** A limit that a call met: what it stopped or refused, in a sentence that names the setting. */
export interface LimitNotice {
  readonly limit: LimitName;
  readonly message: string;
}

const mib = 1024 * 1024;

export const defaultLimits: Limits = {
  wallClockMs: 60_000,
  processMemoryMib: 512,
  totalMemoryMib: 4096,
  outputKeptBytes: mib,
  outputFileBytes: 64 * mib,
  modelOutputChars: 40_000,
  writtenBytes: 4096 * mib,
  fileBytes: 4096 * mib,
  filesCreated: 200_000,
  processes: 64,
  descriptors: 1024,
};
