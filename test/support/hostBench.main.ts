import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { RunRequest, RunResult, Sandbox } from '../../src/sandbox/sandbox';
import { benchInVscode, say } from './benchInVscode';
import { watGuest } from './watGuests';

/* What the hosts cost inside the extension host, each line for one of them; VS Code starts it like a test suite. */

const smallFiles = 2000;
/** Between two calls of an agent the model thinks; a thread is up again by then. */
const pauseMs = 600;
/** How long the extension host is watched with nothing of Sunaba's under way: it has work of its own. */
const idleMs = 8000;

export function run(): Promise<void> {
  return benchInVscode(async ({ core, folder, inSandbox }) => {
    mkdirSync(path.join(folder, 'many'));
    for (let index = 0; index < smallFiles; index++)
      writeFileSync(path.join(folder, 'many', `f${index}`), `line ${index}\nneedle ${index}\n`);
    const idle = await blockedWhile(() => new Promise((resolve) => setTimeout(resolve, idleMs)));
    say(`the extension host's event loop without Sunaba was blocked for ${idle.toFixed(1)} ms at most`);
    // The assembler is the bench's own work, on this very event loop.
    const guests = { nothing: await watGuest('nothing'), calls: await watGuest('calls') };
    const begun = performance.now();
    await inSandbox((sandbox) => measure(`${sandbox.host} host, ${core} core`, sandbox, guests, begun));
  });
}

/** The longest time that this event loop was blocked meanwhile, in milliseconds. */
async function blockedWhile(work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await work();
  delay.disable();
  return delay.max / 1e6;
}

type Program = RunRequest['program'];

async function measure(host: string, sandbox: Sandbox, guests: { nothing: Program; calls: Program }, begun: number): Promise<void> {
  const blocked = await blockedWhile(async () => {
    await start(sandbox, { program: guests.nothing });
    const cold = performance.now() - begun;
    const warm = await medianOf(30, async () => (await start(sandbox, { program: guests.nothing })).durationMs);
    const call = await medianOf(5, async () => (await start(sandbox, { program: guests.calls })).durationMs - warm);
    const tool = await medianOf(10, () =>
      timed(() => start(sandbox, { program: 'read_file', args: [JSON.stringify({ path: 'many/f0' })] })),
    );
    const search = await medianOf(5, () =>
      timed(() => start(sandbox, { program: 'search', args: [JSON.stringify({ pattern: 'needle 1999' })] })),
    );
    const pausedTool = await medianOf(10, () =>
      afterPause(() => start(sandbox, { program: 'read_file', args: [JSON.stringify({ path: 'many/f0' })] })),
    );
    const command = 'seq 100 | sort -rn | tail -1';
    const pausedShell = await medianOf(10, () =>
      afterPause(() => start(sandbox, { program: 'bash', args: ['-c', command], view: 'shell' })),
    );
    say(`${host}: first run with all that it starts ${cold.toFixed(0)} ms, a run afterwards ${warm.toFixed(2)} ms`);
    say(`${host}: null call ${((call / 100_000) * 1000).toFixed(2)} µs (100,000 calls)`);
    say(`${host}: read_file ${tool.toFixed(1)} ms, search over ${smallFiles} files ${search.toFixed(0)} ms`);
    say(`${host}: after a pause read_file ${pausedTool.toFixed(1)} ms, \`${command}\` in the shell ${pausedShell.toFixed(1)} ms`);
  });
  say(`${host}: the extension host's event loop was blocked for ${blocked.toFixed(1)} ms at most`);
}

async function start(sandbox: Sandbox, request: Pick<RunRequest, 'program'> & Partial<RunRequest>): Promise<RunResult> {
  const result = await sandbox.run({ args: [], view: 'files', ...request }, AbortSignal.timeout(120_000));
  if (result.exit.kind !== 'exited') throw new Error(`a guest ended with ${JSON.stringify(result.exit)}`);
  return result;
}

async function afterPause(work: () => Promise<unknown>): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
  return timed(work);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

async function medianOf(times: number, measureOnce: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let index = 0; index < times; index++) values.push(await measureOnce());
  return values.sort((a, b) => a - b)[Math.floor(times / 2)] ?? 0;
}
