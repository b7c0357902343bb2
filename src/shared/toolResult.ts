/** What a tool gives back: data for the model, and for the card. A failure is data too and says what to do next. */
export interface ToolResult {
  readonly isError: boolean;
  readonly text: string;
  /** The card's one line on what the call did to files, where it did anything. */
  readonly ledger?: import('./ledger').LedgerSummary;
  /** The name of the limit that ended or cut the call, where one did. */
  readonly limit?: import('./limits').LimitName;
}
