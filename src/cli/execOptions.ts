import { parseArgs } from 'node:util';
import type { Limits } from '../shared/limits';
import type { Mode } from '../shared/mode';
import { isMode, modes } from '../shared/mode';
import { UsageError } from './usageError';
import { toLimit } from './wasmOptions';

export interface ExecOptions {
  readonly root: string | undefined;
  readonly mode: Mode;
  readonly env: Readonly<Record<string, string>>;
  /** A guest path, absolute or below /workspace. */
  readonly cwd: string;
  readonly limits: Partial<Limits>;
  readonly command: string;
  /** `$1` and the following of the command line. */
  readonly args: readonly string[];
}

const options = {
  root: { type: 'string' },
  mode: { type: 'string', default: 'ask' },
  timeout: { type: 'string' },
  memory: { type: 'string' },
  env: { type: 'string', multiple: true, default: [] as string[] },
  cwd: { type: 'string', default: '/workspace' },
} as const;

/** Options stand before COMMAND: what comes after it is the command's. */
export function parseExecOptions(args: readonly string[]): ExecOptions {
  const end = commandAt(args);
  const { values } = parseArgs({ args: args.slice(0, end), options });
  const [command, ...rest] = args.slice(args[end] === '--' ? end + 1 : end);
  if (command === undefined) throw new UsageError('there is no COMMAND to run');
  if (!isMode(values.mode)) throw new UsageError(`--mode must be one of ${modes.join(', ')}, not ${JSON.stringify(values.mode)}`);
  return {
    root: values.root,
    mode: values.mode,
    env: toEnvironment(values.env),
    cwd: values.cwd.startsWith('/') ? values.cwd : `/workspace/${values.cwd}`,
    limits: {
      ...toLimit('wallClockMs', '--timeout', values.timeout, 1, 2 ** 31 - 1),
      ...toLimit('processMemoryMib', '--memory', values.memory, 1, 4096),
    },
    command,
    args: rest,
  };
}

/** Where the first word stands that is neither an option nor an option's value. */
function commandAt(args: readonly string[]): number {
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '--' || !arg.startsWith('-')) return at;
    if (!arg.includes('=')) at++;
  }
  return at;
}

function toEnvironment(given: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((entry) => {
      const equals = entry.indexOf('=');
      if (equals <= 0) throw new UsageError(`--env wants NAME=VALUE, not ${JSON.stringify(entry)}`);
      return [entry.slice(0, equals), entry.slice(equals + 1)];
    }),
  );
}
