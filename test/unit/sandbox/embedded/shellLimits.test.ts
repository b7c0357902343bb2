import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmbeddedSandbox } from '../../../../src/sandbox/embedded/embeddedSandbox';
import type { RunResult, Sandbox } from '../../../../src/sandbox/sandbox';
import { defaultLimits, type Limits } from '../../../../src/shared/limits';

const dist = path.join(import.meta.dirname, '../../../../dist');
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe('what a shell command can ask for without end', () => {
  let folder: string;
  let sandbox: Sandbox;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'sunaba-limits-'));
    sandbox = createEmbeddedSandbox({ dist, folder, limits: defaultLimits });
  });
  afterAll(async () => {
    await sandbox.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs it, then shows that the sandbox serves the next command as ever. */
  async function run(command: string, limits: Partial<Limits> = {}): Promise<RunResult> {
    const shell = (line: string, more: Partial<Limits>): Promise<RunResult> =>
      sandbox.run({ program: 'bash', args: ['-c', line], view: 'shell', limits: more }, AbortSignal.timeout(90_000));
    const result = await shell(command, { wallClockMs: 60_000, ...limits });
    expect(text((await shell('echo a | cat; echo b', {})).stdout.head)).toBe('a\nb\n');
    return result;
  }
  const met = ({ limitsMet }: RunResult): string[] => limitsMet.map(({ limit }) => limit);

  it('T54: a fork bomb meets the limit on processes and ends with its shell', async () => {
    const result = await run('bomb() { bomb | bomb; }; bomb; echo over', { processes: 12, wallClockMs: 20_000 });
    expect(met(result)).toContain('processes');
    expect(result.limitsMet.map(({ message }) => message).join()).toContain('sunaba.limits.processes');
  });

  it('T54: a pipeline of 100 stages meets the limit on processes, and says so', async () => {
    // While the first stage sleeps, every other waits for its input.
    const result = await run(`sleep 2${' | cat'.repeat(100)}`, { processes: 16 });
    expect(met(result)).toContain('processes');
    expect(text(result.stderr.head)).not.toBe('');
  });

  it('recursion without end is an error of the one program', async () => {
    const result = await run('f() { f; }; (f) 2>/dev/null; echo "after: $?"');
    expect(text(result.stdout.head)).toMatch(/^after: [1-9]\d*\n$/);
  });

  it('T49: a program that takes all memory is ended at its own limit; the shell goes on', async () => {
    // Each step asks for twice as much at once, so that the memory never stands at its cap.
    const result = await run(`awk 'BEGIN { s = "x"; while (1) s = s s }' 2>/dev/null; echo "after: $?"`, { processMemoryMib: 64 });
    expect(text(result.stdout.head)).toBe('after: 137\n');
    expect(met(result)).toEqual(['processMemoryMib']);
    expect(result.limitsMet[0]?.message).toContain('sunaba.limits.processMemoryMib');
    expect(text(result.stderr.head)).toContain('sunaba.limits.processMemoryMib');
  });

  it('the memory of all together ends the command, and names the setting', async () => {
    const hog = `awk 'BEGIN { s = "x"; for (i = 0; i < 26; i++) s = s s; while (1) getline < "/dev/zero" }'`;
    const result = await run(`${hog} & ${hog} & ${hog} & wait`, { totalMemoryMib: 160, wallClockMs: 40_000 });
    expect(met(result)).toContain('totalMemoryMib');
    expect(result.exit).toMatchObject({ kind: 'limit', limit: 'totalMemoryMib' });
  });

  it('a command of 1 MiB runs', async () => {
    const word = 'abcdefg ';
    const result = await run(`echo ${word.repeat(131_072)} | wc -w`);
    expect(text(result.stdout.head).trim()).toBe('131072');
  });
});
