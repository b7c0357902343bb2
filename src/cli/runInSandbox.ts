import { fstatSync } from 'node:fs';
import type { RunRequest, RunResult, Sandbox } from '../sandbox/sandbox';
import type { Mode } from '../shared/mode';
import { UserError } from '../shared/userError';
import { exitStatus } from './command';
import { openSandbox, type SandboxOptions } from './openSandbox';
import { programStatus, toStatus } from './programStatus';
import { shown } from './safeText';
import { settleChanges } from './settleChanges';
import type { Terminal } from './terminal';

export interface ProgramRun {
  readonly sandbox: SandboxOptions;
  readonly mode: Mode;
  readonly request: Omit<RunRequest, 'stdin' | `std${'in' | 'out' | 'err'}IsTerminal` | 'onOutput' | 'readOnly'>;
  /** Told what came of it, before what it wrote is settled. */
  readonly ended?: (result: RunResult) => Promise<void>;
}

/**
 * Runs one program with this process' streams as its own, then settles what it wrote as the mode has it. The status is
 * the program's, or one of `programStatus`; `prepare` and all else that fails gives 125 and a sentence.
 */
export async function runInSandbox(prepare: () => Promise<ProgramRun>, terminal: Terminal): Promise<number> {
  try {
    return await runAndSettle(await prepare(), terminal);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    terminal.stderr.write(`sunaba: ${shown(error instanceof UserError ? message : `it failed inside: ${message}`)}\n`);
    return programStatus.sunabaFailed;
  }
}

async function runAndSettle({ sandbox: options, ...run }: ProgramRun, terminal: Terminal): Promise<number> {
  const sandbox = openSandbox(options, terminal);
  try {
    return await runAndSettleIn(sandbox, run, terminal);
  } finally {
    await sandbox.dispose();
  }
}

/** As `runInSandbox`, in a sandbox that is open and stays open; rejects where Sunaba itself failed. */
export async function runAndSettleIn(
  sandbox: Sandbox,
  { mode, request, ended }: Omit<ProgramRun, 'sandbox'>,
  terminal: Terminal,
): Promise<number> {
  const result = await sandbox.run(
    {
      ...request,
      ...(isNullDevice(terminal.stdin) ? {} : { stdin: terminal.stdin as AsyncIterable<Uint8Array> }),
      stdinIsTerminal: terminal.stdin.isTTY === true,
      stdoutIsTerminal: terminal.stdout.isTTY === true,
      stderrIsTerminal: terminal.stderr.isTTY === true,
      onOutput: (stream, chunk) => terminal[stream].write(chunk),
      readOnly: mode === 'read-only',
    },
    terminal.signal,
  );
  for (const { message } of result.limitsMet) terminal.stderr.write(`sunaba: ${message}\n`);
  await ended?.(result);
  const own = toStatus(result.exit, terminal);
  if (!hasStaged(result)) return own;
  const settled = await settleChanges({ staging: sandbox.staging, mode, terminal, json: false });
  return own === exitStatus.ok ? settled : own;
}

/** A program that asks whether there is input is to see /dev/null as what it is. */
function isNullDevice(stdin: Terminal['stdin']): boolean {
  if (stdin.isTTY || !('fd' in stdin) || typeof stdin.fd !== 'number') return false;
  try {
    return fstatSync(stdin.fd).isCharacterDevice();
  } catch {
    return false;
  }
}

/** Where nothing was written there is nothing to ask the kernel for. */
function hasStaged({ ledger: { counts } }: RunResult): boolean {
  return counts.written + counts.created + counts.removed > 0;
}
