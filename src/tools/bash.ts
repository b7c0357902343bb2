import { defineTool } from '../agent/defineTool';
import type { Tool, ToolContext } from '../agent/tool';
import type { KeptOutput, RunResult, Sandbox } from '../sandbox/sandbox';
import { defaultLimits } from '../shared/limits';
import type { ToolResult } from '../shared/toolResult';
import { changedPaths } from './changedPaths';
import type { ConversationState } from './conversationState';
import { describeExit } from './describeExit';

/** What the model is told of an output: this much of its head and of its tail, in characters. */
const headChars = defaultLimits.modelOutputChars * 0.2;
const tailChars = defaultLimits.modelOutputChars * 0.8;
/** Up to this the model is told all; past it the whole goes to a file, and head and tail are told. In bytes. */
const keptBytes = 2 * tailChars;

export interface BashOptions {
  readonly sandbox: Sandbox;
  /** False: commands run, and whatever would change the workspace is refused. */
  readonly writes: boolean;
  readonly state: ConversationState;
}

export function bash({ sandbox, writes, state }: BashOptions): Tool {
  return defineTool({
    name: 'bash',
    description:
      'Runs a command line in a bash of the sandbox: the usual text and file tools (grep, find, sed, awk, jq, sort, diff, tar and the like) ' +
      'on the files of /workspace. No network, compilers, package managers or git. ' +
      'The working directory stays from call to call; variables do not.',
    parameters: {
      command: { type: 'string', description: 'The command line.', required: true, aliases: ['cmd', 'script'] },
      description: { type: 'string', description: 'What it does, in a few words, for the user.' },
      timeout_ms: {
        type: 'integer',
        description: `Ends it after so long; ${defaultLimits.wallClockMs} at most.`,
        minimum: 1,
        aliases: ['timeout', 'timeoutMs'],
      },
    },
    effect: writes ? 'writes' : 'reads',
    title: ({ command }) => {
      const line = command.trim().split('\n')[0] ?? '';
      return line.length > 100 || line !== command.trim() ? `${line.slice(0, 100)} …` : line;
    },
    check: ({ command }) => (command.trim() === '' ? 'bash: the command is empty.' : undefined),
    async run({ command, timeout_ms }, context) {
      const ran = await run(command, timeout_ms, context);
      if (ran.cwd !== undefined && writes) state.directory = ran.cwd;
      return toResult(ran, await changedPaths(ran.ledger, sandbox.staging));
    },
  });

  function run(command: string, timeoutMs: number | undefined, { signal, onOutput }: ToolContext): Promise<RunResult> {
    const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
    return sandbox.run(
      {
        program: 'bash',
        args: ['-c', command],
        cwd: state.directory,
        view: 'shell',
        readOnly: !writes,
        limits: { outputKeptBytes: keptBytes, ...(timeoutMs === undefined ? {} : { wallClockMs: timeoutMs }) },
        onOutput: (stream, chunk) => onOutput(stream, decoders[stream].decode(chunk, { stream: true })),
      },
      signal,
    );
  }
}

function toResult(ran: RunResult, changed: string): ToolResult {
  const { exit, ledger } = ran;
  const output = shownOutput(ran.combined, ran.outputPath);
  const lines = [
    output === '' && exit.kind === 'exited' && exit.code === 0 ? '[no output]' : output.replace(/\n$/, ''),
    exit.kind === 'exited' ? (exit.code === 0 ? '' : `[exit status ${exit.code}]`) : `[${describeExit(exit)}]`,
    changed === '' ? '' : `changed: ${changed}`,
  ].filter((line) => line !== '');
  return {
    isError: exit.kind !== 'exited',
    text: lines.join('\n'),
    ledger,
    ...(exit.kind === 'limit' ? { limit: exit.limit } : {}),
  };
}

function shownOutput({ head, tail, droppedBytes }: KeptOutput, outputPath: string | undefined): string {
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  if (droppedBytes === 0) {
    const whole = new Uint8Array(head.length + tail.length);
    whole.set(head);
    whole.set(tail, head.length);
    return decode(whole);
  }
  const start = decode(head).slice(0, headChars);
  const end = decode(tail).slice(-tailChars);
  const where = outputPath === undefined ? '' : `; the whole output is in ${outputPath}, read it with read_file or search it`;
  return `${start}\n[… the middle is left out${where} …]\n${end}`;
}
