import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createEmbeddedSandbox } from '../../../../src/sandbox/embedded/embeddedSandbox';
import { forkKernel } from '../../../../src/sandbox/embedded/forkKernel';
import { toThreadOptions } from '../../../../src/sandbox/sandboxOptions';
import { childHandle } from '../../../../src/sandbox/thread/channel';
import { RemoteSandbox } from '../../../../src/sandbox/thread/remoteSandbox';
import { defaultLimits } from '../../../../src/shared/limits';
import { watGuest } from '../../../support/watGuests';

const dist = path.join(import.meta.dirname, '../../../../dist');

/** What the process `pid` takes, in MiB: memory and addresses. */
function sizeOf(pid: number): { resident: number; addresses: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return { resident: read('VmRSS'), addresses: read('VmSize') };
}

it('a guest finds nothing in its memory of the guest before', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sunaba-memory-'));
  const sandbox = createEmbeddedSandbox({ dist, folder, limits: defaultLimits });
  try {
    const program = await watGuest('leftovers');
    for (let count = 0; count < 30; count++) {
      const { exit } = await sandbox.run({ program, args: [], view: 'files' }, AbortSignal.timeout(60_000));
      expect(exit).toEqual({ kind: 'exited', code: 0 });
    }
  } finally {
    await sandbox.dispose();
    rmSync(folder, { recursive: true });
  }
});

// Only Linux tells these figures of another process in a file.
it.runIf(process.platform === 'linux')('the memories of guests that ended are given back', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sunaba-memory-'));
  let pid = 0;
  const sandbox = new RemoteSandbox({
    host: 'embedded',
    thread: toThreadOptions('workers', { dist, folder, limits: defaultLimits }),
    connect: () => {
      const child = forkKernel(dist);
      pid = child.pid ?? 0;
      return childHandle(child);
    },
    closeMs: 2000,
  });
  try {
    const signal = AbortSignal.timeout(60_000);
    const fill = await watGuest('touch');
    const nothing = await watGuest('nothing');
    await sandbox.run({ program: nothing, args: [], view: 'files' }, signal);
    const before = sizeOf(pid);
    for (let count = 0; count < 12; count++) await sandbox.run({ program: fill, args: [], view: 'files' }, signal);
    for (let count = 0; count < 1200; count++) await sandbox.run({ program: nothing, args: [], view: 'files' }, signal);
    const after = sizeOf(pid);
    // Twelve times 200 MiB were touched; 1,212 memories had 8 GiB of addresses each; each thread may hold some 128.
    expect(after.resident - before.resident).toBeLessThan(500);
    expect(after.addresses - before.addresses).toBeLessThan(700 * 8192);
  } finally {
    await sandbox.dispose();
    rmSync(folder, { recursive: true });
  }
});
