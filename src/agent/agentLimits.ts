/** What one turn may use. Each is a setting `sunaba.agent.<name>`. */
export interface AgentLimits {
  /** Replies of the model in one turn. At the end the turn ends with the reason `limit`. */
  readonly repliesPerTurn: number;
  /** Equal calls (name and arguments) in a turn before a note to the model; once more that many end the turn. */
  readonly equalCalls: number;
  /** Waits before a failed reply is asked for again, in milliseconds. */
  readonly retryDelaysMs: readonly number[];
  /** Reads of one reply that run at once. */
  readonly parallelReads: number;
  /** Share of the model's input limit at which old tool outputs are dropped from what is sent. */
  readonly compactAt: number;
}

export const defaultAgentLimits: AgentLimits = {
  repliesPerTurn: 60,
  equalCalls: 5,
  retryDelaysMs: [1000, 2000, 4000],
  parallelReads: 8,
  compactAt: 0.8,
};
