/** What one process, or all processes of one tool call, did to files. Paths are guest paths (`/workspace/a.txt`). */
export interface LedgerSummary {
  readonly read: readonly string[];
  readonly written: readonly string[];
  readonly created: readonly string[];
  readonly removed: readonly string[];
  readonly refused: readonly { readonly path: string; readonly reason: string }[];
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** True where a list was cut at its cap; the counts below still count everything. */
  readonly truncated: boolean;
  readonly counts: {
    readonly read: number;
    readonly written: number;
    readonly created: number;
    readonly removed: number;
    readonly refused: number;
  };
}

/** The ledger of a call that touched nothing. */
export const emptyLedger: LedgerSummary = {
  read: [],
  written: [],
  created: [],
  removed: [],
  refused: [],
  bytesRead: 0,
  bytesWritten: 0,
  truncated: false,
  counts: { read: 0, written: 0, created: 0, removed: 0, refused: 0 },
};
