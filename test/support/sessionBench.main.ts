import { readFileSync, writeFileSync } from 'node:fs';
import { Session, type Profiler } from 'node:inspector/promises';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Sandbox } from '../../src/sandbox/sandbox';
import { benchInVscode, say } from './benchInVscode';

/*
 * What a long session costs the extension host: some thousands of programs in one window, and after each block of them
 * the time that a program took, and what the extension host holds. VS Code starts it like a test suite. With
 * SUNABA_BENCH_PROFILE=FILE the extension host's own thread is profiled throughout the last block.
 */

const programsOfBlock = 250;
/** The shell, and what it starts: small programs, and some that use memory. */
const programsOfRun = 10;

export function run(): Promise<void> {
  const blocks = Number(process.env['SUNABA_BENCH_BLOCKS'] ?? 12);
  const profile = process.env['SUNABA_BENCH_PROFILE'];
  return benchInVscode(({ core, inSandbox }) =>
    inSandbox(async (sandbox) => {
      await shell(sandbox);
      say(
        `${sandbox.host} host, ${core} core: programs, ms each, extension host: its loop's share, longest delay, resident, addresses, threads`,
      );
      for (let block = 1; block <= blocks; block++) {
        const measured = block === blocks && profile ? await profiled(profile, () => measureBlock(sandbox)) : await measureBlock(sandbox);
        say(`${String(block * programsOfBlock).padStart(6)}  ${measured}`);
      }
    }),
  );
}

async function measureBlock(sandbox: Sandbox): Promise<string> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const before = performance.eventLoopUtilization();
  const begun = performance.now();
  for (let each = 0; each < programsOfBlock / programsOfRun; each++) await shell(sandbox);
  const ms = (performance.now() - begun) / programsOfBlock;
  const { utilization } = performance.eventLoopUtilization(before);
  delay.disable();
  const { residentMib, addressesGib, threads } = ownProcess();
  return `${ms.toFixed(1)} ms  ${(utilization * 100).toFixed(0)} %  ${(delay.max / 1e6).toFixed(0)} ms  ${residentMib} MiB  ${addressesGib} GiB  ${threads}`;
}

async function shell(sandbox: Sandbox): Promise<void> {
  const command = 'for n in 1 2 3; do seq 50000 | sort -rn | awk "{ kept[NR] = \\$0 } END { print NR }"; done';
  const { exit } = await sandbox.run({ program: 'bash', args: ['-c', command], view: 'shell' }, AbortSignal.timeout(120_000));
  if (exit.kind !== 'exited' || exit.code !== 0) throw new Error(`the shell ended with ${JSON.stringify(exit)}`);
}

/** What the system tells of this process; nothing where it has no /proc. */
function ownProcess(): { readonly residentMib: string; readonly addressesGib: string; readonly threads: string } {
  let status = '';
  try {
    status = readFileSync('/proc/self/status', 'latin1');
  } catch {
    // Not Linux.
  }
  const read = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)?.[1] ?? Number.NaN);
  return {
    residentMib: (read('VmRSS') / 1024).toFixed(0),
    addressesGib: (read('VmSize') / 1024 / 1024).toFixed(0),
    threads: String(read('Threads')),
  };
}

async function profiled<Answer>(file: string, work: () => Promise<Answer>): Promise<Answer> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  const answer = await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  writeFileSync(file, JSON.stringify(profile satisfies Profiler.Profile));
  return answer;
}
