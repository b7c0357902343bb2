import type { ToolContext } from '../agent/tool';
import type { KeptOutput, RunResult, Sandbox } from '../sandbox/sandbox';
import type { ToolResult } from '../shared/toolResult';
import { describeExit } from './describeExit';
import { parseFileReply } from './fileReply';

export interface FileToolRun {
  readonly result: ToolResult;
  /** What the guest says stands for the file now; absent after a failure. */
  readonly fingerprint?: string;
}

/** Runs one call of the files guest: arguments in as JSON on standard input, a reply out as JSON. */
export async function runFileTool(
  sandbox: Sandbox,
  tool: string,
  args: Readonly<Record<string, string | number | boolean | undefined>>,
  context: ToolContext,
  options: { readonly readOnly: boolean },
): Promise<FileToolRun> {
  const ran = await sandbox.run(
    {
      program: tool,
      args: [],
      stdin: new TextEncoder().encode(JSON.stringify(args)),
      cwd: '/workspace',
      view: 'files',
      readOnly: options.readOnly,
    },
    context.signal,
  );
  const reply = ran.exit.kind === 'exited' ? parseFileReply(wholeText(ran.stdout)) : null;
  if (reply === null) return { result: failed(tool, ran) };
  return {
    result: { isError: !reply.ok, text: reply.text, ledger: ran.ledger },
    ...(reply.fingerprint === undefined ? {} : { fingerprint: reply.fingerprint }),
  };
}

function failed(tool: string, ran: RunResult): ToolResult {
  const words = wholeText(ran.stderr).trim().slice(0, 2000);
  const text = `${tool} gave no answer: ${describeExit(ran.exit)}${words === '' ? '' : `\n${words}`}`;
  return { isError: true, text, ledger: ran.ledger, ...(ran.exit.kind === 'limit' ? { limit: ran.exit.limit } : {}) };
}

function wholeText({ head, tail, droppedBytes }: KeptOutput): string {
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  if (droppedBytes > 0) return `${decode(head)}\n[… ${droppedBytes} bytes left out …]\n${decode(tail)}`;
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return decode(whole);
}
