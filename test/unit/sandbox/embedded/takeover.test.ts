import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forkKernel } from '../../../../src/sandbox/embedded/forkKernel';
import { toThreadOptions } from '../../../../src/sandbox/sandboxOptions';
import { childHandle } from '../../../../src/sandbox/thread/channel';
import { RemoteSandbox } from '../../../../src/sandbox/thread/remoteSandbox';
import { defaultLimits } from '../../../../src/shared/limits';
import { watGuest } from '../../../support/watGuests';

const dist = path.join(import.meta.dirname, '../../../../dist');
const signal = new AbortController().signal;

/** A window after another on one folder: the former one's extension host may live on, work on or be dead. */
describe('a second window on a conversation', { timeout: 120_000 }, () => {
  let top: string;
  let windows: { readonly sandbox: RemoteSandbox; readonly children: ChildProcess[] }[];

  const openWindow = () => {
    const children: ChildProcess[] = [];
    const sandbox = new RemoteSandbox({
      host: 'embedded',
      thread: toThreadOptions('workers', {
        dist,
        folder: path.join(top, 'folder'),
        limits: defaultLimits,
        storage: path.join(top, 'storage'),
        state: path.join(top, 'state'),
      }),
      connect: () => {
        const child = forkKernel(dist);
        children.push(child);
        return childHandle(child);
      },
      closeMs: 2000,
    });
    const window = { sandbox, children };
    windows.push(window);
    return window;
  };

  beforeEach(() => {
    top = mkdtempSync(path.join(tmpdir(), 'sunaba-takeover-'));
    mkdirSync(path.join(top, 'folder'));
    windows = [];
  });
  afterEach(async () => {
    for (const { children } of windows) for (const child of children) child.kill('SIGKILL');
    for (const { sandbox } of windows) await sandbox.dispose();
    rmSync(top, { recursive: true });
  });

  const make = async (sandbox: RemoteSandbox) => sandbox.run({ program: await watGuest('make'), args: [], view: 'files' }, signal);
  const pending = async (sandbox: RemoteSandbox) => (await sandbox.staging.changes()).changes.map(({ path: at }) => at);

  it('shows what is pending though the former one still holds it, and each gets it back when it works on', async () => {
    const former = openWindow().sandbox;
    await make(former);
    const later = openWindow().sandbox;
    expect(await pending(later)).toEqual(['made']);
    await later.staging.edit('of later', Buffer.from('x'));
    expect(await pending(former)).toEqual(['made', 'of later']);
    const [first, second] = await Promise.all([pending(former), pending(later)]);
    expect(first).toEqual(second);
  });

  it('waits for a run of the former one to end', async () => {
    const former = openWindow().sandbox;
    await make(former);
    const stop = new AbortController();
    const spinning = former.run({ program: await watGuest('spin'), args: [], view: 'files' }, stop.signal);
    const later = pending(openWindow().sandbox);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    stop.abort();
    expect((await spinning).exit).toEqual({ kind: 'aborted' });
    expect(await later).toEqual(['made']);
  });

  it('shows what is pending when the former one was killed in the middle of a run', async () => {
    const former = openWindow();
    await make(former.sandbox);
    const spinning = former.sandbox.run({ program: await watGuest('spin'), args: [], view: 'files' }, signal);
    const told = expect(spinning).rejects.toThrow('ended unexpectedly');
    await new Promise((resolve) => setTimeout(resolve, 200));
    former.children[0]?.kill('SIGKILL');
    expect(await pending(openWindow().sandbox)).toEqual(['made']);
    await told;
  });
});
