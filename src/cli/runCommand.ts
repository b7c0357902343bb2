import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { defaultAgentLimits } from '../agent/agentLimits';
import { createConversation } from '../agent/conversation';
import { readInstructionFiles } from '../agent/readInstructionFiles';
import { runTurn } from '../agent/runTurn';
import { buildSystemPrompt } from '../agent/systemPrompt';
import type { Tool } from '../agent/tool';
import { createGemini, defaultGeminiModel } from '../models/gemini';
import { ConversationState } from '../tools/conversationState';
import { createTools } from '../tools/catalogue';
import type { AgentEvent, EndReason } from '../shared/agentEvent';
import { assertNever } from '../shared/assertNever';
import type { Mode } from '../shared/mode';
import { isMode, modes } from '../shared/mode';
import type { Command } from './command';
import { exitStatus } from './command';
import { readModelAccess } from './modelOptions';
import { createJsonPrinter, createTextPrinter } from './printEvents';
import { openSandbox } from './openSandbox';
import { resolveRoot } from './rootFolder';
import { settleChanges } from './settleChanges';
import type { Terminal } from './terminal';
import { UsageError } from './usageError';

export const runCommand: Command = {
  name: 'run',
  summary: 'ask the agent once, in a folder',
  help: `Usage: sunaba run [OPTION…] PROMPT

Runs one turn of the agent in a folder and prints the answer as it streams, each tool call on a line of its own.
Tools run as WebAssembly processes that see this folder and nothing else. PROMPT \`-\` is read from standard input.

  --root DIR         the folder; the current one where absent
  --model ID         the model (${defaultGeminiModel}); \`sunaba models\` lists them
  --base-url URL     the address of the API; http to this machine alone
  --system FILE      a text that takes the place of Sunaba's own system instruction
  --mode MODE        read-only, ask or auto: what becomes of changes (ask)
  --json             prints one event a line

The API key is taken from GEMINI_API_KEY. Exit status: 0 an answer, 1 an error, 2 bad usage, 130 interrupted.
`,
  run: runAgent,
};

interface RunOptions {
  readonly root: string | undefined;
  readonly model: string;
  readonly baseUrl: string | undefined;
  readonly system: string | undefined;
  readonly mode: Mode;
  readonly json: boolean;
  readonly prompt: string;
}

function parseOptions(args: readonly string[]): RunOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      root: { type: 'string' },
      model: { type: 'string' },
      'base-url': { type: 'string' },
      system: { type: 'string' },
      mode: { type: 'string' },
      json: { type: 'boolean' },
    },
    allowPositionals: true,
  });
  const mode = values.mode ?? 'ask';
  if (!isMode(mode)) throw new UsageError(`--mode must be one of ${modes.join(', ')}, not ${JSON.stringify(mode)}`);
  const [prompt, ...more] = positionals;
  if (prompt === undefined || prompt.trim() === '') throw new UsageError('there is no prompt');
  if (more.length > 0) throw new UsageError('there is more than one prompt; put it in quotes');
  const model = (values.model ?? defaultGeminiModel).replace(/^models\//, '');
  if (!/^[\w.-]+$/.test(model)) throw new UsageError(`${JSON.stringify(model)} is no model's id`);
  return { root: values.root, model, baseUrl: values['base-url'], system: values.system, mode, json: values.json === true, prompt };
}

async function runAgent(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = parseOptions(args);
  const prompt = options.prompt === '-' ? await readAll(terminal) : options.prompt;
  const access = readModelAccess(options.baseUrl, terminal);
  const ownSystem = options.system === undefined ? null : await readSystem(path.resolve(terminal.cwd, options.system));
  const sandbox = openSandbox({ folder: await resolveRoot(options.root, terminal.cwd) }, terminal);
  try {
    const tools = createTools({ sandbox, writes: options.mode !== 'read-only', state: new ConversationState() });
    const system = ownSystem ?? (await prepareSystem(tools, options.mode, terminal.signal));
    const staged = watchStaged();
    const print = options.json ? createJsonPrinter(terminal) : createTextPrinter(terminal);
    const reason = await runTurn({
      turnId: randomUUID(),
      prompt,
      conversation: createConversation(randomUUID()),
      system,
      model: createGemini({ ...access, model: options.model }),
      tools,
      limits: defaultAgentLimits,
      signal: terminal.signal,
      emit: (event) => {
        staged.see(event);
        print(event);
      },
      wait: (delayMs, signal) => wait(delayMs, undefined, { signal }),
    });
    const settled = staged.any() ? await settleChanges({ staging: sandbox.staging, mode: options.mode, terminal, json: options.json }) : 0;
    return toStatus(reason) || settled;
  } finally {
    await sandbox.dispose();
  }
}

async function prepareSystem(tools: readonly Tool[], mode: Mode, signal: AbortSignal): Promise<string> {
  const instructionFiles = await readInstructionFiles(tools, signal);
  return buildSystemPrompt({ tools: tools.map((tool) => tool.declaration), mode, instructionFiles });
}

/** Tells whether any call wrote; where none did there is nothing to ask the kernel for. */
function watchStaged(): { see(event: AgentEvent): void; any(): boolean } {
  let any = false;
  return {
    see(event) {
      if (event.type !== 'tool_ended' || event.ledger === undefined) return;
      const { written, created, removed } = event.ledger.counts;
      any ||= written + created + removed > 0;
    },
    any: () => any,
  };
}

function toStatus(reason: EndReason): number {
  switch (reason) {
    case 'stop':
      return exitStatus.ok;
    case 'aborted':
      return exitStatus.interrupted;
    case 'limit':
    case 'blocked':
    case 'error':
      return exitStatus.error;
    default:
      return assertNever(reason);
  }
}

async function readSystem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`the system instruction cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function readAll(terminal: Terminal): Promise<string> {
  let text = '';
  for await (const chunk of terminal.stdin) {
    text += String(chunk);
    if (text.length > 4_000_000) throw new UsageError('the prompt on standard input is too long');
  }
  if (text.trim() === '') throw new UsageError('the prompt on standard input is empty');
  return text;
}
