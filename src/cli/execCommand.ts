import type { RunResult } from '../sandbox/sandbox';
import { UserError } from '../shared/userError';
import type { Command } from './command';
import { exitStatus } from './command';
import { type ExecOptions, parseExecOptions } from './execOptions';
import { openSandbox } from './openSandbox';
import { programStatus, toStatus } from './programStatus';
import { resolveRoot } from './rootFolder';
import { shown } from './safeText';
import { settleChanges } from './settleChanges';
import type { Terminal } from './terminal';

const help = `Usage: sunaba exec [OPTION…] COMMAND [ARG…]

Runs one command line in the sandbox's shell, which behaves like GNU bash: it sees the folder, as /workspace, and nothing
else of this machine. Standard input, output and error pass through. Quote COMMAND; ARGs are its $1, $2 and so on.

  --root DIR         the folder; the current one where absent
  --mode MODE        read-only, ask or auto: what becomes of what it writes (ask)
  --timeout MS       ends it after so many milliseconds
  --memory MIB       the most memory each of its processes gets
  --env NAME=VALUE   a variable of its environment; may be repeated
  --cwd DIR          where it starts, below /workspace

Exit status: the command's own; 124 at the time limit, 137 where it ran out of memory or was killed by another limit,
125 where Sunaba itself failed, 2 bad usage.
`;

export const execCommand: Command = {
  name: 'exec',
  summary: 'run one command line in the sandbox',
  help,
  passesArguments: true,
  run: runExec,
};

async function runExec(args: readonly string[], terminal: Terminal): Promise<number> {
  if (args[0] === '--help' || args[0] === '-h') {
    terminal.stdout.write(help);
    return exitStatus.ok;
  }
  const options = parseExecOptions(args);
  try {
    return await runCommandLine(options, terminal);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    terminal.stderr.write(`sunaba: ${shown(error instanceof UserError ? message : `it failed inside: ${message}`)}\n`);
    return programStatus.sunabaFailed;
  }
}

async function runCommandLine(options: ExecOptions, terminal: Terminal): Promise<number> {
  const folder = await resolveRoot(options.root, terminal.cwd);
  const sandbox = openSandbox({ folder, limits: options.limits }, terminal);
  try {
    const result = await sandbox.run(
      {
        program: 'bash',
        args: ['-c', options.command, 'bash', ...options.args],
        env: options.env,
        cwd: options.cwd,
        view: 'shell',
        stdin: terminal.stdin as AsyncIterable<Uint8Array>,
        onOutput: (stream, chunk) => terminal[stream].write(chunk),
        readOnly: options.mode === 'read-only',
      },
      terminal.signal,
    );
    for (const { message } of result.limitsMet) terminal.stderr.write(`sunaba: ${message}\n`);
    const own = toStatus(result.exit, terminal);
    if (!hasStaged(result)) return own;
    const settled = await settleChanges({ staging: sandbox.staging, mode: options.mode, terminal, json: false });
    return own === exitStatus.ok ? settled : own;
  } finally {
    await sandbox.dispose();
  }
}

/** Where nothing was written there is nothing to ask the kernel for. */
function hasStaged({ ledger: { counts } }: RunResult): boolean {
  return counts.written + counts.created + counts.removed > 0;
}
