import type { Limits } from '../shared/limits';
import type { Mode } from '../shared/mode';
import { isMode, modes } from '../shared/mode';
import { UsageError } from './usageError';

export interface WasmOptions {
  readonly root: string | undefined;
  readonly mount: string;
  readonly mode: Mode;
  readonly env: Readonly<Record<string, string>>;
  readonly limits: Partial<Limits>;
  readonly ledger: string | undefined;
  readonly file: string;
  /** The program's own; nothing in them is ours. */
  readonly args: readonly string[];
}

const valued = ['--root', '--mount', '--mode', '--env', '--timeout', '--memory', '--ledger'];

/** Whether help is asked for, of us and not of the program. */
export function isHelp(args: readonly string[]): boolean {
  const { given } = split(args);
  return given.some(([name]) => name === '--help' || name === '-h');
}

/** Our options stand before FILE; what comes after it is the program's. */
function split(args: readonly string[]): { given: (readonly [name: string, value: string | undefined])[]; rest: readonly string[] } {
  const given: (readonly [string, string | undefined])[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '--') return { given, rest: args.slice(at + 1) };
    if (!arg.startsWith('-') || arg === '-') return { given, rest: args.slice(at) };
    const equals = arg.indexOf('=');
    const name = equals < 0 ? arg : arg.slice(0, equals);
    if (equals >= 0) given.push([name, arg.slice(equals + 1)]);
    else given.push([name, valued.includes(name) ? args[++at] : undefined]);
  }
  return { given, rest: [] };
}

export function parseWasmOptions(args: readonly string[]): WasmOptions {
  const { given, rest } = split(args);
  const last = new Map<string, string>();
  const env: Record<string, string> = {};
  for (const [name, value] of given) {
    if (!valued.includes(name)) throw new UsageError(`there is no option ${JSON.stringify(name)}`);
    if (value === undefined) throw new UsageError(`${name} wants a value`);
    if (name === '--env') {
      const equals = value.indexOf('=');
      if (equals <= 0) throw new UsageError(`--env wants NAME=VALUE, not ${JSON.stringify(value)}`);
      env[value.slice(0, equals)] = value.slice(equals + 1);
    } else last.set(name, value);
  }
  const [file, ...own] = rest;
  if (file === undefined) throw new UsageError('there is no FILE to run');
  const mode = last.get('--mode') ?? 'ask';
  if (!isMode(mode)) throw new UsageError(`--mode must be one of ${modes.join(', ')}, not ${JSON.stringify(mode)}`);
  return {
    root: last.get('--root'),
    mount: toMount(last.get('--mount') ?? '/workspace'),
    mode,
    env,
    limits: {
      ...toLimit('wallClockMs', '--timeout', last.get('--timeout'), 1, 2 ** 31 - 1),
      ...toLimit('processMemoryMib', '--memory', last.get('--memory'), 1, 4096),
    },
    ledger: last.get('--ledger'),
    file,
    args: own,
  };
}

export function toLimit(limit: keyof Limits, option: string, text: string | undefined, least: number, most: number): Partial<Limits> {
  if (text === undefined) return {};
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new UsageError(`${option} must be a number from ${least} to ${most}, not ${JSON.stringify(text)}`);
  return { [limit]: value };
}

/** A guest path: `/`, or one name below it. */
function toMount(text: string): string {
  const mount = text.replace(/\/+$/, '') || '/';
  if (!/^\/[^/\0]*$/.test(mount) || ['/.', '/..'].includes(mount))
    throw new UsageError(`--mount must be / or one name below it, as /workspace, not ${JSON.stringify(text)}`);
  if (['/tmp', '/dev', '/bin', '/usr'].includes(mount)) throw new UsageError(`--mount cannot be ${mount}: the sandbox has one of its own`);
  return mount;
}
