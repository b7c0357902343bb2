import { spawn } from 'node:child_process';
import { defaultLimits } from '../../src/shared/limits';
import type { Sandbox } from '../../src/sandbox/sandbox';
import { line } from './measure';

/** What every command gets on both sides, so that neither translates messages nor collates by a language. */
const env = { LC_ALL: 'C.UTF-8', TZ: 'UTC' };

export interface Case {
  readonly name: string;
  readonly command: string;
  /** The issue's aim: times the native time, or milliseconds. */
  readonly aim?: { readonly ratio: number } | { readonly ms: number };
  readonly rounds?: number;
}

/** Runs `command` in the warm sandbox and in GNU bash, in turn, and gives the best time of each in milliseconds. */
export async function beside(sandbox: Sandbox, folder: string, { name, command, rounds = 5 }: Case): Promise<{ ours: number; native: number }> {
  const best = { ours: Infinity, native: Infinity };
  for (let round = 0; round < rounds; round++) {
    const native = await inBash(folder, command);
    const started = performance.now();
    const result = await sandbox.run(
      { program: 'bash', args: ['-c', command, 'bash'], env, view: 'shell', limits: { wallClockMs: defaultLimits.wallClockMs * 5 } },
      new AbortController().signal,
    );
    const ours = performance.now() - started;
    if (result.exit.kind !== 'exited') throw new Error(`${name}: ended by ${JSON.stringify(result.exit)}`);
    const head = Buffer.from(result.stdout.head).toString();
    if (result.stdout.droppedBytes === 0 && head !== native.stdout) {
      throw new Error(`${name}: printed ${JSON.stringify(head.slice(0, 200))}, bash ${JSON.stringify(native.stdout.slice(0, 200))}`);
    }
    best.ours = Math.min(best.ours, ours);
    best.native = Math.min(best.native, native.ms);
  }
  return best;
}

/** Measures each case and prints it as a line with its ratio and aim. */
export async function compare(sandbox: Sandbox, folder: string, cases: readonly Case[]): Promise<number[]> {
  const ratios: number[] = [];
  for (const each of cases) {
    let best;
    try {
      best = await beside(sandbox, folder, each);
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
      continue;
    }
    const { ours, native } = best;
    ratios.push(ours / native);
    const { aim } = each;
    const told = aim === undefined ? '' : 'ms' in aim ? `aim ${aim.ms} ms` : `aim ${aim.ratio}×`;
    line(each.name, `${ours.toFixed(1)} ms`, `GNU ${native.toFixed(1)} ms`, `${(ours / native).toFixed(1)}×${told === "" ? "" : `, ${told}`}`);
  }
  return ratios;
}

async function inBash(cwd: string, command: string): Promise<{ ms: number; stdout: string }> {
  const started = performance.now();
  const child = spawn('/bin/bash', ['-c', command, 'bash'], { cwd, env: { ...env, PATH: '/usr/bin:/bin' }, stdio: ['ignore', 'pipe', 'ignore'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  await new Promise<void>((resolve, reject) => child.on('close', () => resolve()).on('error', reject));
  return { ms: performance.now() - started, stdout };
}
