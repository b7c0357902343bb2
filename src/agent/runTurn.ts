import type { AgentEvent, EndReason } from '../shared/agentEvent';
import type { AgentLimits } from './agentLimits';
import type { Conversation } from './conversation';
import type { Model } from './model';
import type { Tool } from './tool';

export interface Turn {
  readonly turnId: string;
  readonly prompt: string;
  /** Grows by the turn's steps. Whenever the turn has ended, however it did, every call in it has its result. */
  readonly conversation: Conversation;
  readonly system: string;
  readonly model: Model;
  readonly tools: readonly Tool[];
  readonly limits: AgentLimits;
  readonly signal: AbortSignal;
  /** Gets every event, in order. Must not throw. */
  readonly emit: (event: AgentEvent) => void;
  /** Resolves after the time, rejects when the signal aborts; `setTimeout` of `node:timers/promises` on node. */
  readonly wait: (delayMs: number, signal: AbortSignal) => Promise<void>;
}

/** Runs one turn: the prompt, replies and tool calls, until the model is done. Never rejects; closes with one `turn_ended`. */
export type RunTurn = (turn: Turn) => Promise<EndReason>;
