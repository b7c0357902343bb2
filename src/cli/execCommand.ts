import type { Command } from './command';
import { exitStatus } from './command';
import { parseExecOptions } from './execOptions';
import { resolveRoot } from './rootFolder';
import { runInSandbox } from './runInSandbox';
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
  return await runInSandbox(
    async () => ({
      sandbox: { folder: await resolveRoot(options.root, terminal.cwd), limits: options.limits },
      mode: options.mode,
      request: {
        program: 'bash',
        args: ['-c', options.command, 'bash', ...options.args],
        env: options.env,
        cwd: options.cwd,
        view: 'shell',
      },
    }),
    terminal,
  );
}
