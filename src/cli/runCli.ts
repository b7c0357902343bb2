import { UserError } from '../shared/userError';
import { commands } from './commandTable';
import { exitStatus } from './command';
import type { Command } from './command';
import { shown } from './safeText';
import type { Terminal } from './terminal';
import { UsageError } from './usageError';

/** The version, put in by the bundler; `dev` where the sources run by themselves. */
declare const SUNABA_VERSION: string | undefined;

/** Runs one command line and gives its exit status. Never rejects. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const asked = commands.find((command) => command.name === rest[0]);
    const text = asked?.help ?? overview();
    (name === undefined ? terminal.stderr : terminal.stdout).write(text);
    return name === undefined ? exitStatus.usage : exitStatus.ok;
  }
  if (name === '--version' || name === '-V') {
    terminal.stdout.write(`sunaba ${typeof SUNABA_VERSION === 'string' ? SUNABA_VERSION : 'dev'}\n`);
    return exitStatus.ok;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    terminal.stderr.write(`sunaba: there is no command ${JSON.stringify(name)}\n\n${overview()}`);
    return exitStatus.usage;
  }
  const end = rest.indexOf('--');
  if (command.passesArguments !== true && rest.slice(0, end === -1 ? rest.length : end).some((arg) => arg === '--help' || arg === '-h')) {
    terminal.stdout.write(command.help);
    return exitStatus.ok;
  }
  return await runSafely(command, rest, terminal);
}

async function runSafely(command: Command, args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const status = await command.run(args, terminal);
    return terminal.interruptedBy() ?? status;
  } catch (error) {
    const interrupted = terminal.interruptedBy();
    if (interrupted !== null) return interrupted;
    if (error instanceof UsageError || isParseArgsError(error)) {
      terminal.stderr.write(`sunaba ${command.name}: ${shown(error.message)}\n${command.help.split('\n', 1)[0] ?? ''}\n`);
      return exitStatus.usage;
    }
    const message = error instanceof Error ? error.message : String(error);
    terminal.stderr.write(`sunaba: ${shown(error instanceof UserError ? message : `it failed inside: ${message}`)}\n`);
    return exitStatus.error;
  }
}

/** True for the errors by which `parseArgs` of node:util refuses arguments. */
function isParseArgsError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('ERR_PARSE_ARGS');
}

function overview(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const list = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}\n`).join('');
  return `Usage: sunaba COMMAND [OPTION…] …\n\n${list}\n\`sunaba COMMAND --help\` says more. Exit status 2 is bad usage, 130 an interruption.\n`;
}
