import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forkKernel } from '../../../../src/sandbox/embedded/forkKernel';
import { createWorkerLauncher } from '../../../../src/sandbox/embedded/workerLauncher';
import { toGuestModule } from '../../../../src/sandbox/programs/programStore';
import { childHandle } from '../../../../src/sandbox/thread/channel';
import { RemoteSandbox } from '../../../../src/sandbox/thread/remoteSandbox';
import { toThreadOptions } from '../../../../src/sandbox/sandboxOptions';
import { defaultLimits } from '../../../../src/shared/limits';
import { watGuest, type WatGuest } from '../../../support/watGuests';

const dist = path.join(import.meta.dirname, '../../../../dist');
const signal = new AbortController().signal;

describe.each(['a storage of its own', 'a temporary storage'])("the embedded host's process, with %s", (storage) => {
  let top: string;
  let folder: string;
  let children: ChildProcess[];
  let sandbox: RemoteSandbox;

  beforeEach(() => {
    top = mkdtempSync(path.join(tmpdir(), 'sunaba-lifecycle-'));
    folder = path.join(top, 'folder');
    mkdirSync(folder);
    children = [];
    sandbox = new RemoteSandbox({
      host: 'embedded',
      thread: toThreadOptions('workers', {
        dist,
        folder,
        limits: defaultLimits,
        ...(storage === 'a temporary storage' ? {} : { storage: path.join(top, 'storage') }),
      }),
      connect: () => {
        const child = forkKernel(dist);
        children.push(child);
        return childHandle(child);
      },
      closeMs: 2000,
    });
  });

  afterEach(async () => {
    await sandbox.dispose();
    rmSync(top, { recursive: true });
  });

  const run = async (name: WatGuest, args: string[] = []) => sandbox.run({ program: await watGuest(name), args, view: 'files' }, signal);
  const ended = (child: ChildProcess | undefined) => new Promise((resolve) => child?.once('exit', resolve));

  it('is started when it is first needed, and ends with its sandbox', async () => {
    expect(children).toHaveLength(0);
    await run('hello');
    const exit = ended(children[0]);
    await sandbox.dispose();
    await exit;
    expect(children).toHaveLength(1);
  });

  it('whoever waits is told when it dies; the next run starts a new one that knows what was staged', async () => {
    expect((await run('make')).exit).toEqual({ kind: 'exited', code: 0 });
    const waiting = run('spin');
    await new Promise((resolve) => setTimeout(resolve, 100));
    children[0]?.kill('SIGKILL');
    await expect(waiting).rejects.toThrow('ended unexpectedly');
    const after = await run('show', ['made']);
    expect(after.exit).toEqual({ kind: 'exited', code: 0 });
    expect(new TextDecoder().decode(after.stdout.head)).toBe('made');
    expect(children).toHaveLength(2);
    expect(existsSync(path.join(folder, 'made'))).toBe(false);
  });

  it('ends by itself, with its guests, when nobody is there any more', async () => {
    const waiting = run('spin');
    const told = expect(waiting).rejects.toThrow('ended unexpectedly');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const exit = ended(children[0]);
    children[0]?.disconnect();
    await exit;
    await told;
  });

  it('a folder that is gone is told as such, and can come back', async () => {
    rmSync(folder, { recursive: true });
    await expect(run('hello')).rejects.toMatchObject({ code: 'workspaceFolderGone' });
    mkdirSync(folder);
    expect((await run('hello')).exit).toEqual({ kind: 'exited', code: 3 });
  });

  it('a thread that takes longer than allowed to end is reported once', async () => {
    let stuck = 0;
    const launcher = createWorkerLauncher({
      workerFile: path.join(dist, 'guestWorker.cjs'),
      warmThreads: 1,
      maxIdleThreads: 1,
      stuckAfterMs: 0,
      onStuck: () => stuck++,
    });
    const { name, module } = await watGuest('spin');
    const linked = toGuestModule(name, module);
    // Whether a thread ends within the millisecond that is the shortest time-out is the machine's to decide: with enough of them one does not.
    let threads = 0;
    while (stuck === 0 && threads < 20) {
      threads++;
      await new Promise<void>((resolve) => {
        const thread = launcher.start(
          { ...linked, maximumPages: 16 },
          { attached: () => setTimeout(() => thread.terminate(), 500), ended: () => resolve() },
        );
      });
    }
    expect(stuck).toBe(1);
    await launcher.dispose();
  });
});
