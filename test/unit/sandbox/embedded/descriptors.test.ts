import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEmbeddedSandbox } from '../../../../src/sandbox/embedded/embeddedSandbox';
import type { Sandbox } from '../../../../src/sandbox/sandbox';
import { defaultLimits } from '../../../../src/shared/limits';

const dist = path.join(import.meta.dirname, '../../../../dist');
let folder: string;
let sandbox: Sandbox;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sunaba-given-'));
  writeFileSync(path.join(folder, 'three'), 'three\n');
  writeFileSync(path.join(folder, 'five'), 'five\n');
  sandbox = createEmbeddedSandbox({ dist, folder, limits: defaultLimits });
});
afterAll(async () => {
  await sandbox.dispose();
  rmSync(folder, { recursive: true, force: true });
});

it.each([
  ['a program', 'cat /dev/fd/3 /dev/fd/5 3<three 5<five', 'three\nfive\n'],
  ['a program that also opens files by path', 'cat /dev/fd/3 /workspace/five five 3<three', 'three\nfive\nfive\n'],
  ['another shell', 'bash -c "cat <&5 <&3; cat <&5; cat five" 3<three 5<five', 'three\nfive\nfive\n'],
  ['a command of a command', 'timeout 20 env bash -c "cat <&3; cat five" 3<three', 'three\nfive\n'],
  ['a process substitution through a command', 'timeout 20 cat <(echo a) <(echo b)', 'a\nb\n'],
  ['a script that is a process substitution', 'timeout 20 bash <(echo echo hi)', 'hi\n'],
  ['a subshell in a pipeline', 'exec 3<three; (cat <&3) | cat', 'three\n'],
  ['nobody, where it is closed', 'exec 3<three; bash -c "cat <&3" 3<&- 2>/dev/null || echo closed', 'closed\n'],
])('descriptors are handed down to %s', async (_what, command, expected) => {
  const result = await sandbox.run({ program: 'bash', args: ['-c', command], view: 'shell' }, AbortSignal.timeout(60_000));
  expect(Buffer.from(result.combined.head).toString()).toBe(expected);
});
