import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UserError } from '../shared/userError';
import type { Exit, HostKind, RunResult, Sandbox } from './sandbox';
import { english as l10n } from '../shared/texts';

/** What came of one attempt to get out, or to take too much. */
export interface CheckItem {
  /** The threat's id (docs/sandbox.md). */
  readonly id: string;
  readonly what: string;
  readonly passed: boolean;
  /** In the guest's own words, or ours. */
  readonly said: string;
}

export interface SandboxCheck {
  readonly host: HostKind;
  readonly passed: boolean;
  readonly items: readonly CheckItem[];
  readonly durationMs: number;
}

const attemptsMs = 20_000;
const spinMs = 300;
/** By how much the time limit may be overrun on a busy machine. */
const graceMs = 700;
const growMib = 64;

/**
 * Runs a guest that tries to get out of `sandbox`, and says what happened. The sandbox should be one of its own: the
 * attempts leave links and folders in its overlay. Throws UserError `sandboxFailed` where the check itself cannot run.
 */
export async function checkSandbox(sandbox: Sandbox, signal: AbortSignal): Promise<SandboxCheck> {
  const begun = performance.now();
  const outside = await realpath(await mkdtemp(path.join(tmpdir(), 'sunaba-outside-')));
  try {
    const items = [
      ...(await tryToEscape(sandbox, outside, signal)),
      await checkTimeLimit(sandbox, signal),
      await checkMemoryLimit(sandbox, signal),
    ];
    return { host: sandbox.host, passed: items.every((item) => item.passed), items, durationMs: performance.now() - begun };
  } finally {
    await rm(outside, { recursive: true, force: true });
  }
}

async function tryToEscape(sandbox: Sandbox, outside: string, signal: AbortSignal): Promise<CheckItem[]> {
  const secret = randomBytes(32).toString('hex');
  const canary = path.join(outside, 'canary');
  await writeFile(canary, secret, { mode: 0o600 });
  await mkdir(path.join(outside, 'folder'));
  const result = await run(sandbox, ['escape', outside], { wallClockMs: attemptsMs }, signal);
  if (result.exit.kind !== 'exited' || result.exit.code !== 0) throw checkFailed(describe(result));
  const output = new TextDecoder().decode(result.stdout.head);
  const untouched = (await readFile(canary, 'utf8').catch(() => '')) === secret;
  const names = (await readdir(outside)).sort().join(' ');
  return [
    ...parseAttempts(output),
    {
      id: 'T05',
      what: 'nothing outside was made, changed or removed',
      passed: untouched && names === 'canary folder',
      said: untouched ? `outside there is: ${names}` : 'the file outside is not what it was',
    },
    {
      id: 'T02',
      what: 'no byte of the file outside was printed',
      passed: !output.includes(secret),
      said: `${output.length} characters printed`,
    },
  ];
}

async function checkTimeLimit(sandbox: Sandbox, signal: AbortSignal): Promise<CheckItem> {
  const { exit, durationMs } = await run(sandbox, ['spin'], { wallClockMs: spinMs }, signal);
  const stopped = exit.kind === 'limit' && exit.limit === 'wallClockMs';
  return {
    id: 'T48',
    what: `an endless loop ends at a limit of ${spinMs} ms`,
    passed: stopped && durationMs < spinMs + graceMs,
    said: `${describeExit(exit)} after ${Math.round(durationMs)} ms`,
  };
}

async function checkMemoryLimit(sandbox: Sandbox, signal: AbortSignal): Promise<CheckItem> {
  const result = await run(sandbox, ['grow'], { processMemoryMib: growMib, wallClockMs: attemptsMs }, signal);
  const taken = Number(new TextDecoder().decode(result.stdout.head));
  return {
    id: 'T49',
    what: `a program gets no more than ${growMib} MiB of memory`,
    passed: result.exit.kind === 'exited' && taken > 0 && taken <= growMib,
    said: result.exit.kind === 'exited' ? `it got ${taken} MiB` : describeExit(result.exit),
  };
}

function run(sandbox: Sandbox, args: readonly string[], limits: { wallClockMs: number; processMemoryMib?: number }, signal: AbortSignal) {
  return sandbox.run({ program: 'sunaba-check', args, view: 'files', limits }, signal);
}

function parseAttempts(output: string): CheckItem[] {
  let value: unknown;
  try {
    value = JSON.parse(output);
  } catch {
    throw checkFailed('its report cannot be read');
  }
  if (!Array.isArray(value) || value.length === 0) throw checkFailed('its report is empty');
  return value.map((item: unknown) => {
    if (typeof item !== 'object' || item === null) throw checkFailed('its report is damaged');
    const { id, what, refused, said } = item as Record<string, unknown>;
    if (typeof id !== 'string' || typeof what !== 'string' || typeof refused !== 'boolean' || typeof said !== 'string') {
      throw checkFailed('its report is damaged');
    }
    return { id, what, said, passed: refused };
  });
}

function describe(result: RunResult): string {
  const said = new TextDecoder().decode(result.stderr.head).trim().slice(0, 200);
  return said ? `${describeExit(result.exit)}: ${said}` : describeExit(result.exit);
}

function describeExit(exit: Exit): string {
  switch (exit.kind) {
    case 'exited':
      return `ended with status ${exit.code}`;
    case 'signaled':
      return `ended by signal ${exit.signal}`;
    case 'trapped':
      return `trapped: ${exit.message}`;
    case 'limit':
      return exit.message;
    case 'aborted':
      return 'was stopped';
  }
}

function checkFailed(why: string): UserError {
  return new UserError('sandboxFailed', l10n.t('The check of the sandbox could not run: the program {0}.', why));
}
