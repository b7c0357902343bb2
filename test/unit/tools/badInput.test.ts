import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEmbeddedSandbox } from '../../../src/sandbox/embedded/embeddedSandbox';
import type { RunResult, Sandbox } from '../../../src/sandbox/sandbox';
import { defaultLimits } from '../../../src/shared/limits';

const dist = path.join(import.meta.dirname, '../../../dist');
const mib = 1024 * 1024;

let folder: string;
let sandbox: Sandbox;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sunaba-bad-input-'));
  const limits = { ...defaultLimits, processMemoryMib: 96, writtenBytes: 8 * mib, fileBytes: 8 * mib };
  sandbox = createEmbeddedSandbox({ dist, folder, limits });
});

afterAll(async () => {
  await sandbox.dispose();
  rmSync(folder, { recursive: true });
});

async function run(command: string): Promise<RunResult & { readonly out: string; readonly err: string }> {
  const result = await sandbox.run({ program: 'bash', args: ['-c', command], view: 'shell' }, AbortSignal.timeout(60_000));
  return { ...result, out: Buffer.from(result.stdout.head).toString(), err: Buffer.from(result.stderr.head).toString() };
}

it('a gzip bomb streams through a pipe and fills no disk', async () => {
  const { out } = await run('head -c 33554432 /dev/zero | gzip > bomb.gz; zcat bomb.gz | wc -c; gunzip bomb.gz; echo $?; ls');
  const [streamed, status, ...left] = out.trim().split('\n');
  expect(streamed).toBe('33554432');
  expect(status).not.toBe('0');
  expect(left).toContain('bomb.gz');
});

it('an expression that backtracks for ever is given up', async () => {
  const { exit, out } = await run(
    `text=$(printf 'a%.0s' $(seq 64)); echo "$text!" | grep -P '^(a+)+$'; echo $?; echo "$text!" | grep -E '^((a*)*)*\\1$'; echo $?`,
  );
  expect(exit).toMatchObject({ kind: 'exited' });
  expect(out.trim().split('\n')).toHaveLength(2);
});

it('sort of endless input ends at the limit of memory, and says so', async () => {
  const { out, err } = await run('yes "a line of endless input that is sorted" | sort; echo $?');
  expect(out.trim()).not.toBe('0');
  expect(err).toMatch(/sort/);
});

it('a file that shrinks while it is read ends there', async () => {
  const { out } = await run(
    'seq 20000 > f; { read -r first; truncate -s 10 f; cat; } < f | wc -c; seq 20000 > g; tail -n +1 g | head -n 1; echo done',
  );
  expect(out).toMatch(/^\d+\n1\ndone\n$/);
});

it('rm refuses the working directory and the root', async () => {
  const { out, err } = await run('touch kept; rm -rf .; echo $?; rm -rf ..; echo $?; rm -rf /; echo $?; ls kept');
  expect(out).toBe('1\n1\n1\nkept\n');
  expect(err).toContain("rm: refusing to remove '.' or '..' directory: skipping '.'");
  expect(err).toContain("rm: it is dangerous to operate recursively on '/'");
});

it('xargs says what it cannot run', async () => {
  const { out, err } = await run('echo a | xargs nosuch; echo $?');
  expect(out).toBe('127\n');
  expect(err).toBe('xargs: nosuch: No such file or directory\n');
});
