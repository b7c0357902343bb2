import { setTimeout as wait } from 'node:timers/promises';
import * as vscode from 'vscode';
import { defaultAgentLimits } from '../agent/agentLimits';
import { readInstructionFiles } from '../agent/readInstructionFiles';
import { runTurn } from '../agent/runTurn';
import { buildSystemPrompt } from '../agent/systemPrompt';
import { createGemini } from '../models/gemini';
import type { Sandbox } from '../sandbox/sandbox';
import type { Mode } from '../shared/mode';
import { createTools } from '../tools/catalogue';
import { ConversationState } from '../tools/conversationState';
import type { ApiKey } from './apiKey';
import type { TurnRunner } from './chatController';
import type { FolderChoice } from './folderChoice';
import { guardTools, type ToolGuard } from './guardTools';
import { readModelAccess } from './modelAccess';
import type { SandboxHolder } from './sandboxHolder';
import { readSettings } from './settings';

export interface TurnRunnerParts {
  readonly apiKey: ApiKey;
  readonly folderChoice: FolderChoice;
  readonly sandboxes: SandboxHolder;
  /** The mode that holds when a turn begins. */
  readonly mode: () => Mode;
  readonly guard: Omit<ToolGuard, 'afterWrite'>;
  /** Commits what is free, in the mode `auto`. */
  readonly applyAll: () => Promise<void>;
}

/** Runs turns on the model and the sandbox that the settings name; both are made when a turn needs them. */
export function createTurnRunner(parts: TurnRunnerParts): TurnRunner {
  const { apiKey, folderChoice, sandboxes, mode } = parts;
  // What the tools remember of a conversation, for as long as it is there.
  const states = new WeakMap<object, ConversationState>();

  return {
    run: async ({ turnId, prompt, conversation, signal, emit }) => {
      const settings = readSettings();
      const folder = await folderChoice.require();
      const model = createGemini({ ...(await readModelAccess(apiKey)), model: settings.modelId });
      const sandbox = await sandboxes.open(folder.uri.fsPath);
      const held = mode();
      const state = states.get(conversation) ?? new ConversationState();
      states.set(conversation, state);
      const bare = createTools({ sandbox: obeying(sandbox, mode), writes: held !== 'read-only', state });
      const tools = guardTools(bare, {
        ...parts.guard,
        // The mode may be changed while the turn runs: the click counts from then on.
        afterWrite: () => (mode() === 'auto' ? parts.applyAll() : Promise.resolve()),
      });
      // In Restricted Mode nothing of the repository speaks to the model unasked.
      const instructionFiles = vscode.workspace.isTrusted ? await readInstructionFiles(bare, signal) : [];
      const prepared = buildSystemPrompt({ tools: tools.map((tool) => tool.declaration), mode: held, instructionFiles });
      await runTurn({
        turnId,
        prompt,
        conversation,
        system: settings.instructions === '' ? prepared : `${prepared}\n\n${settings.instructions}`,
        model,
        tools,
        limits: { ...defaultAgentLimits, repliesPerTurn: settings.repliesPerTurn },
        signal,
        emit,
        wait: (delayMs, abort) => wait(delayMs, undefined, { signal: abort }),
      });
    },
  };
}

/** The same sandbox, refusing every write while the mode is `read-only`: for tools that do not know of it, and from the very click on. */
function obeying(sandbox: Sandbox, mode: () => Mode): Sandbox {
  return {
    host: sandbox.host,
    staging: sandbox.staging,
    run: (request, signal) => sandbox.run(mode() === 'read-only' ? { ...request, readOnly: true } : request, signal),
    dispose: () => sandbox.dispose(),
  };
}
