import * as vscode from 'vscode';
import { defaultCheckpointsMib } from '../staging/commit/checkpointBudget';
import { defaultLimits, type LimitName, type Limits } from '../shared/limits';

/** The user's settings, each parsed: a value of a wrong type or out of bounds counts as not set. */
export interface Settings {
  readonly modelId: string;
  readonly baseUrl: string;
  readonly instructions: string;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly repliesPerTurn: number;
  readonly host: 'auto' | 'vscode' | 'embedded';
  readonly suggestions: readonly string[];
  readonly chatInActivityBar: boolean;
  /** Disk space for checkpoints, in MiB. */
  readonly checkpointsMib: number;
  readonly limits: Limits;
}

/**
 * Reads what holds now. Every setting here has application scope in the manifest, and only the user's own value and the
 * default are looked at: nothing a workspace says counts.
 */
export function readSettings(): Settings {
  const suggestions = own('chat.suggestions');
  return {
    modelId: text('model.id', 'gemini-2.5-flash'),
    baseUrl: text('model.baseUrl', 'https://generativelanguage.googleapis.com'),
    instructions: text('model.instructions', ''),
    connectTimeoutMs: integer('model.connectTimeoutMs', 15_000),
    idleTimeoutMs: integer('model.idleTimeoutMs', 60_000),
    repliesPerTurn: integer('agent.repliesPerTurn', 60),
    host: oneOf('wasi.host', ['auto', 'vscode', 'embedded']),
    suggestions: Array.isArray(suggestions) ? suggestions.filter((each): each is string => typeof each === 'string') : [],
    chatInActivityBar: oneOf('chat.location', ['secondarySideBar', 'activityBar']) === 'activityBar',
    checkpointsMib: integer('checkpoints.budgetMiB', defaultCheckpointsMib),
    limits: readLimits(),
  };
}

function readLimits(): Limits {
  const names = Object.keys(defaultLimits) as LimitName[];
  return Object.fromEntries(names.map((name) => [name, integer(`limits.${name}`, defaultLimits[name])])) as Record<LimitName, number>;
}

function own(name: string): unknown {
  const found = vscode.workspace.getConfiguration('sunaba').inspect<unknown>(name);
  return found?.globalValue ?? found?.defaultValue;
}

function text(name: string, fallback: string): string {
  const value = own(name);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : fallback;
}

function integer(name: string, fallback: number): number {
  const value = own(name);
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : fallback;
}

function oneOf<const Value extends string>(name: string, values: readonly [Value, ...Value[]]): Value {
  const value = own(name);
  return values.find((each) => each === value) ?? values[0];
}
