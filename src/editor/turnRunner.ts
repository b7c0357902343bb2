import { setTimeout as wait } from 'node:timers/promises';
import * as vscode from 'vscode';
import { defaultAgentLimits } from '../agent/agentLimits';
import { readInstructionFiles } from '../agent/readInstructionFiles';
import { runTurn } from '../agent/runTurn';
import { buildSystemPrompt } from '../agent/systemPrompt';
import { createGemini } from '../models/gemini';
import { parseBaseUrl } from '../models/parseBaseUrl';
import type { Sandbox } from '../sandbox/sandbox';
import type { Mode } from '../shared/mode';
import { UserError } from '../shared/userError';
import { createTools } from '../tools/catalogue';
import { ConversationState } from '../tools/conversationState';
import type { ApiKey } from './apiKey';
import type { TurnRunner } from './chatController';
import type { FolderChoice } from './folderChoice';
import { guardTools, type ToolGuard } from './guardTools';
import { needsKey } from './needsKey';
import type { SandboxHolder } from './sandboxHolder';
import { readSettings, type Settings } from './settings';

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
      const model = createGemini({
        apiKey: await readKey(apiKey, settings),
        model: settings.modelId,
        baseUrl: parseBaseUrl(settings.baseUrl),
        connectTimeoutMs: settings.connectTimeoutMs,
        idleTimeoutMs: settings.idleTimeoutMs,
      });
      const sandbox = await sandboxes.open(folder.uri.fsPath);
      const held = mode();
      const state = states.get(conversation) ?? new ConversationState();
      states.set(conversation, state);
      const bare = createTools({ sandbox: held === 'read-only' ? readOnly(sandbox) : sandbox, writes: held !== 'read-only', state });
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

/** The same sandbox, refusing every write: the mode `read-only` holds for tools that do not know of it too. */
function readOnly(sandbox: Sandbox): Sandbox {
  return {
    host: sandbox.host,
    staging: sandbox.staging,
    run: (request, signal) => sandbox.run({ ...request, readOnly: true }, signal),
    dispose: () => sandbox.dispose(),
  };
}

/** A server on this machine is asked without a key where none is set. */
async function readKey(apiKey: ApiKey, settings: Settings): Promise<string> {
  const key = await apiKey.read();
  if (key !== undefined) return key;
  if (!needsKey(settings.baseUrl)) return 'none';
  throw new UserError('apiKeyMissing', vscode.l10n.t('Sunaba needs a Gemini API key. Set one with "Sunaba: Set API Key".'));
}
