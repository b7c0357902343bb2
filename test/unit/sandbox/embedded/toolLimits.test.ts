import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmbeddedSandbox } from '../../../../src/sandbox/embedded/embeddedSandbox';
import type { RunResult, Sandbox } from '../../../../src/sandbox/sandbox';
import { defaultLimits, type Limits } from '../../../../src/shared/limits';

const dist = path.join(import.meta.dirname, '../../../../dist');
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe('input that a tool could work on for ever', () => {
  let folder: string;
  let sandbox: Sandbox;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'sunaba-tool-limits-'));
    sandbox = createEmbeddedSandbox({ dist, folder, limits: defaultLimits });
  });
  afterAll(async () => {
    await sandbox.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (line: string, limits: Partial<Limits> = {}): Promise<RunResult> =>
    sandbox.run(
      { program: 'bash', args: ['-c', line], view: 'shell', limits: { wallClockMs: 60_000, ...limits } },
      AbortSignal.timeout(90_000),
    );

  it('T49: sort works in the memory that it gets', async () => {
    const result = await run('seq 2000000 | sort -rn | md5sum; seq 2000000 -1 1 | md5sum', { processMemoryMib: 64 });
    const [sorted, expected] = text(result.stdout.head).split('\n');
    expect(sorted).toBe(expected);
    expect(result.limitsMet).toEqual([]);
  });

  it('T50: sort of endless input ends at the limit on what is written, with its message', async () => {
    const result = await run('yes | sort -S 1M; echo "after: ${PIPESTATUS[1]}"; echo /tmp/sort*', { writtenBytes: 8 << 20 });
    expect(text(result.stdout.head)).toBe('after: 2\n/tmp/sort*\n');
    expect(text(result.stderr.head)).toMatch(/^sort: write failed: \/tmp\/sort\w+: Disk quota exceeded\n$/m);
    expect(result.limitsMet.map(({ limit }) => limit)).toContain('writtenBytes');
  });

  it('T49: a line without end is more than sort can hold, and said so', async () => {
    const result = await run('tr "\\0" x < /dev/zero | sort; echo "after: ${PIPESTATUS[1]}"', { processMemoryMib: 64 });
    expect(text(result.stdout.head)).toBe('after: 2\n');
    expect(text(result.stderr.head)).toContain('sort: memory exhausted\n');
  });

  it('T50: a gzip bomb ends at the limit on a file, with its message', async () => {
    await run('head -c 100M /dev/zero | gzip > bomb.gz');
    const result = await run('gunzip -k bomb.gz; echo "after: $?"; gzip -dc bomb.gz | wc -c', { fileBytes: 4 << 20 });
    expect(text(result.stdout.head)).toBe('after: 1\n104857600\n');
    expect(text(result.stderr.head)).toContain('File too large');
    expect(result.limitsMet.map(({ limit }) => limit)).toContain('fileBytes');
  });

  it('T50: what an archive unpacks without end meets the limit on what is written', async () => {
    await run('head -c 64M /dev/zero > zeros; tar -czf bomb.tgz zeros; zip -q bomb.zip zeros; rm zeros');
    for (const command of ['tar -xzf bomb.tgz', 'unzip -qo bomb.zip']) {
      const result = await run(`${command}; echo "after: $?"`, { writtenBytes: 4 << 20 });
      expect(text(result.stdout.head)).toMatch(/^after: [1-9]\d*\n$/);
      expect(text(result.stderr.head)).toContain('Disk quota exceeded');
    }
  });

  it('T53: expressions that would go back for ever are given up, or are matched without going back', { timeout: 120_000 }, async () => {
    const word = `${'a'.repeat(40)}!`;
    const result = await run(
      [
        `echo ${word} > w`,
        "grep -cE '^(a+)+$' w",
        "sed -E 's/^(a+)+$/x/' w",
        "awk '/^(a|a)*$/' w",
        'grep -P \'^(a+)+$(?=b)\' w; echo "grep -P: $?"',
        'rg -P \'^(a+)+$(?=b)\' w; echo "rg -P: $?"',
        'grep -E \'^(a*)*\\1b$\' w; echo "grep: $?"',
        'sed -E \'s/^((a*)*)*\\2b$//\' w > /dev/null; echo "sed: $?"',
      ].join('\n'),
    );
    const out = text(result.stdout.head);
    expect(out).toContain(`0\n${word}\n`);
    expect(out).toMatch(/grep -P: [12]\nrg -P: [12]\ngrep: [12]\nsed: [0-4]\n$/);
    expect(result.exit).toMatchObject({ kind: 'exited' });
  });
});
