import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunResult } from '../sandbox/sandbox';
import { UserError } from '../shared/userError';
import type { Command } from './command';
import { exitStatus } from './command';
import { resolveRoot } from './rootFolder';
import { runInSandbox, type ProgramRun } from './runInSandbox';
import type { Terminal } from './terminal';
import { isHelp, parseWasmOptions, type WasmOptions } from './wasmOptions';

const help = `Usage: sunaba wasm [OPTION…] FILE [ARG…]

Runs a WASI preview1 program in the sandbox: it sees the folder and nothing else of this machine. Standard input,
output and error pass through.

  --root DIR         the folder; the current one where absent
  --mount PATH       where the folder appears (/workspace); with / it is all the program sees
  --mode MODE        read-only, ask or auto: what becomes of what it writes (ask)
  --env NAME=VALUE   a variable of the program's environment, which holds these alone; may be repeated
  --timeout MS       ends it after so many milliseconds (60000)
  --memory MIB       the most memory it gets (512)
  --ledger FILE      writes there, as JSON, what the program did to files

Exit status: the program's own; 124 at the time limit, 137 where it ran out of memory or was killed by another limit,
128 and the signal's number where it trapped, 125 where Sunaba itself failed, 2 bad usage.
`;

export const wasmCommand: Command = {
  name: 'wasm',
  summary: 'run a WASI program in the sandbox',
  help,
  passesArguments: true,
  run: runWasm,
};

async function runWasm(args: readonly string[], terminal: Terminal): Promise<number> {
  if (isHelp(args)) {
    terminal.stdout.write(help);
    return exitStatus.ok;
  }
  const options = parseWasmOptions(args);
  return await runInSandbox(() => toRun(options, terminal.cwd), terminal);
}

async function toRun(options: WasmOptions, cwd: string): Promise<ProgramRun> {
  const module = await readProgram(path.resolve(cwd, options.file));
  const { ledger, mount, limits, mode } = options;
  return {
    sandbox: { folder: await resolveRoot(options.root, cwd), mount, limits },
    mode,
    request: {
      program: { name: path.basename(options.file), module },
      args: options.args,
      env: options.env,
      bareEnv: true,
      cwd: mount,
      view: mount === '/' ? 'only mount' : 'shell',
    },
    ...(ledger === undefined ? {} : { ended: (result) => writeLedger(path.resolve(cwd, ledger), result) }),
  };
}

async function readProgram(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new UserError('sandboxFailed', `the program cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function writeLedger(file: string, result: RunResult): Promise<void> {
  try {
    await writeFile(file, `${JSON.stringify(result.ledger)}\n`);
  } catch (error) {
    throw new UserError('sandboxFailed', `the ledger cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
