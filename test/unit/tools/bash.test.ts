import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmbeddedSandbox } from '../../../src/sandbox/embedded/embeddedSandbox';
import type { Sandbox } from '../../../src/sandbox/sandbox';
import { defaultLimits } from '../../../src/shared/limits';
import type { ToolResult } from '../../../src/shared/toolResult';
import { bash } from '../../../src/tools/bash';
import { ConversationState } from '../../../src/tools/conversationState';

const dist = path.join(import.meta.dirname, '../../../dist');

describe('bash, through the embedded host', () => {
  let folder: string;
  let sandbox: Sandbox;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'sunaba-bash-'));
    mkdirSync(path.join(folder, 'src'));
    writeFileSync(path.join(folder, 'src/a.txt'), 'one\ntwo\nthree\n');
    writeFileSync(path.join(folder, 'b.txt'), 'b\n');
    sandbox = createEmbeddedSandbox({ dist, folder, limits: defaultLimits });
  });

  afterAll(async () => {
    await sandbox.dispose();
    rmSync(folder, { recursive: true });
  });

  async function call(args: unknown, state = new ConversationState(), writes = true, seen: string[] = []): Promise<ToolResult> {
    const prepared = bash({ sandbox, writes, state }).prepare(args);
    if (prepared.kind === 'refused') return { isError: true, text: prepared.text };
    return prepared.run({
      callId: 'c',
      signal: AbortSignal.timeout(60_000),
      onOutput: (stream, text) => seen.push(`${stream}: ${text}`),
    });
  }

  it('runs a pipeline and streams what comes of it', async () => {
    const seen: string[] = [];
    const result = await call({ command: "cat src/a.txt | grep -n t | awk -F: '{ print $2, $1 }'" }, undefined, true, seen);
    expect(result).toMatchObject({ isError: false, text: 'two 2\nthree 3' });
    expect(seen.join('')).toBe('stdout: two 2\nthree 3\n');
  });

  it('tells the exit status, and both streams in their order', async () => {
    const result = await call({ command: 'echo out; echo err >&2; echo more; exit 3' });
    expect(result).toMatchObject({ isError: false, text: 'out\nerr\nmore\n[exit status 3]' });
    expect((await call({ command: 'true' })).text).toBe('[no output]');
    expect((await call({ command: 'no-such-command' })).text).toMatch(/not found\n\[exit status 127\]$/);
  });

  it('keeps the working directory from call to call', async () => {
    const state = new ConversationState();
    await call({ command: 'cd src' }, state);
    expect((await call({ command: 'pwd; ls' }, state)).text).toBe('/workspace/src\na.txt');
  });

  it('names what changed, and the folder stays as it was', async () => {
    const result = await call({ command: 'echo x >> b.txt; echo new > c.txt; echo tmp > d; rm d; echo z > /tmp/z' });
    expect(result.text).toBe('[no output]\nchanged: M b.txt, A c.txt');
    expect(readFileSync(path.join(folder, 'b.txt'), 'utf8')).toBe('b\n');
    expect((await call({ command: 'rm c.txt' })).text).toBe('[no output]\nchanged: D c.txt');
    expect((await call({ command: 'sed -i s/one/1/ src/a.txt; sort -o b.txt b.txt; mv b.txt e.txt' })).text).toBe(
      '[no output]\nchanged: D b.txt, A e.txt, M src/a.txt',
    );
  });

  it('refuses to write where the mode is read-only', async () => {
    const result = await call({ command: 'echo x > e.txt' }, undefined, false);
    expect(result.text).toMatch(/Read-only file system/);
    expect(result.text).not.toMatch(/changed:/);
  });

  it('keeps head and tail of a long output, and says where the whole is', async () => {
    const result = await call({ command: 'seq 1 100000' });
    expect(result.text.length).toBeLessThan(defaultLimits.modelOutputChars + 300);
    expect(result.text.startsWith('1\n2\n3\n')).toBe(true);
    expect(result.text.endsWith('\n99999\n100000')).toBe(true);
    const file = /the whole output is in (\S+),/.exec(result.text)?.[1];
    expect(file).toMatch(/^\/tmp\//);
    expect((await call({ command: `wc -l < ${file}` })).text).toBe('100000');
  });

  it('T48: ends at its time limit and says so', async () => {
    const result = await call({ command: 'while :; do :; done', timeout_ms: 500 });
    expect(result).toMatchObject({ isError: true, limit: 'wallClockMs' });
    expect(result.text).toContain('sunaba.limits.wallClockMs');
  });

  it('T02, T30: neither files of the host nor its environment are there', async () => {
    const result = await call({ command: 'cat /etc/hosts; env' });
    expect(result.text).toContain('/etc/hosts: ');
    for (const line of readFileSync('/etc/hosts', 'utf8').split('\n')) if (line.length > 5) expect(result.text).not.toContain(line);
    expect(result.text).not.toContain(process.env['PATH'] ?? 'PATH is not set');
  });
});
