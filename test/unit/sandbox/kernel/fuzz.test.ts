import fc from 'fast-check';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { calls, type CallName } from '../../../../src/sandbox/calls';
import { mailbox, mailboxAddress, mailboxBytes, mailboxState } from '../../../../src/sandbox/mailbox';
import { read, spawnRequest } from '../../../support/kernel/guestCalls';
import type { Puppet } from '../../../support/kernel/puppets';
import { Stage } from '../../../support/kernel/stage';

/* SUNABA_FUZZ_RUNS makes a long run of it. */

const numRuns = Number(process.env['SUNABA_FUZZ_RUNS'] ?? 150);
const highestErrno = 76;
/** A call that has not been answered by then waits for something that will not come. */
const waitsMs = 15;

let stage: Stage;
beforeEach(() => {
  stage = new Stage({ wallClockMs: 5000, processes: 6 });
  writeFileSync(path.join(stage.folder, 'a.txt'), 'abc');
  stage.program('child', (guest) => guest.call('sched_yield').then(() => undefined));
});
afterEach(() => stage.dispose());

const value = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 12 }) },
  { weight: 4, arbitrary: fc.integer({ min: 1024, max: 8192 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 0x7fff_ffff, -0x8000_0000, 131_072, 131_071, 65_535) },
  { weight: 1, arbitrary: fc.integer() },
);
const call = fc.record({
  number: fc.oneof({ weight: 20, arbitrary: fc.integer({ min: 0, max: calls.length - 1 }) }, { weight: 1, arbitrary: fc.integer() }),
  args: fc.array(value, { minLength: 12, maxLength: 12 }),
  wide: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  /** Pages that the guest's memory grows by before the call. */
  grow: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) }),
});

/** Puts words into memory that look like paths, iovs and requests, so that calls get past their first checks. */
function prepare(guest: Puppet): void {
  const paths = ['workspace/a.txt', '../etc/passwd', 'tmp', 'dev/null', 'child', '\xff'];
  for (let at = 1024, i = 0; at < 8192; at += 64, i++) guest.bytes.set(Buffer.from(paths[i % paths.length] ?? ''), at);
  for (let at = 4096; at < 8192; at += 8) {
    guest.view.setUint32(at, 1024 + (at % 512), true);
    guest.view.setUint32(at + 4, at % 128, true);
  }
}

/** The answer, or null where the call waits. */
async function tryCall(guest: Puppet, number: number, args: readonly (number | bigint)[]): Promise<number | null> {
  guest.ask(number, args);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), waitsMs);
  });
  const answer = guest.answered();
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

describe('a guest that asks anything', () => {
  it('gets an errno, waits, or ends; the kernel never faults, and touches no other guest and no file of the user', async () => {
    let watched: Puppet | undefined;
    stage.program('watched', async (guest) => {
      guest.bytes.fill(0xa5, mailboxAddress + mailboxBytes);
      watched = guest;
      await read(guest, 0, 1);
    });
    const watching = stage.start('watched', { stdin: 'pushed', limits: { wallClockMs: 600_000 } });
    await vi.waitFor(() => expect(watched?.ints[(mailboxAddress + mailbox.state) / 4]).toBe(mailboxState.asked));
    const before = Buffer.from(watched?.bytes ?? []);
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 25 }), async (sequence) => {
        let waits = false;
        stage.program('main', async (guest) => {
          prepare(guest);
          for (const { number, args, wide, grow } of sequence) {
            if (grow > 0) guest.memory.grow(grow);
            const signature = calls[number]?.[2] ?? 'iiiiiiiiiiii';
            const typed = [...signature].map((type, i) =>
              type === 'I' && i % 2 === 1 ? wide : type === 'I' ? BigInt(args[i] ?? 0) : (args[i] ?? 0),
            );
            const answer = await tryCall(guest, number, typed);
            if (answer === null) {
              waits = true;
              return run.abort();
            }
            if (answer < 0 || answer > highestErrno) throw new Error(`${number} gave ${answer}`);
          }
        });
        const run = stage.start('main', { stdin: 'pushed' });
        const { exit } = await run.ended;
        stage.check();
        expect(['exited', 'signaled', 'aborted', 'limit']).toContain(exit.kind);
        if (waits) expect(exit.kind).not.toBe('exited');
      }),
      { numRuns },
    );
    expect(readdirSync(stage.folder)).toEqual(['a.txt']);
    expect(readFileSync(path.join(stage.folder, 'a.txt'), 'utf8')).toBe('abc');
    // All but the word by which the kernel is woken.
    const armed = mailboxAddress + mailbox.armed;
    const after = Buffer.from(watched?.bytes ?? []).fill(before.subarray(armed, armed + 4), armed, armed + 4);
    expect(after.equals(before)).toBe(true);
    watching.abort();
    await watching.ended;
  }, 600_000);

  it('may write anything into its mailbox: it harms itself alone', async () => {
    const spoil = fc.record({
      at: fc.integer({ min: mailboxAddress, max: mailboxAddress + mailboxBytes - 1 }),
      byte: fc.integer({ min: 0, max: 255 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(spoil, { maxLength: 8 }), { minLength: 1, maxLength: 8 }), async (rounds) => {
        stage.program('main', async (guest) => {
          for (const spoils of rounds) {
            for (const { at, byte } of spoils) guest.bytes[at] = byte;
            await new Promise((resolve) => setImmediate(resolve));
            if ((await tryCall(guest, name('sched_yield'), [])) === null) break;
          }
          run.abort();
        });
        let healthy = false;
        stage.program('other', async (guest) => {
          await guest.call('sched_yield');
          healthy = true;
        });
        const run = stage.start('main', { stdin: 'pushed' });
        const other = stage.start('other');
        await Promise.all([run.ended, other.ended]);
        stage.check();
        expect(healthy).toBe(true);
      }),
      { numRuns: Math.ceil(numRuns / 2) },
    );
  }, 600_000);
});

describe('kills at random moments', () => {
  it('leave nothing behind: no process, no thread, no open file, and no call that takes effect afterwards', async () => {
    const plan = fc.record({
      children: fc.integer({ min: 0, max: 4 }),
      steps: fc.array(fc.constantFrom('write', 'read', 'spawn', 'wait', 'open', 'poll'), { minLength: 1, maxLength: 12 }),
      killAfter: fc.integer({ min: 0, max: 40 }),
      abort: fc.boolean(),
    });
    const openFiles = (): number => readdirSync('/proc/self/fd').length;
    await stage.run(() => Promise.resolve());
    const before = openFiles();
    await fc.assert(
      fc.asyncProperty(plan, async ({ children, steps, killAfter, abort }) => {
        let calledMs = 0;
        const act = async (guest: Puppet): Promise<void> => {
          const out = guest.alloc(64);
          const iov = guest.iov(guest.alloc(4096), 4096);
          await guest.call('fd_pipe', out);
          for (const step of [...steps, ...steps]) {
            switch (step) {
              case 'write':
                await guest.call('fd_write', guest.u32(out + 4), iov, 1, out + 8);
                break;
              case 'read':
                await guest.call('fd_read', guest.u32(out), iov, 1, out + 8);
                break;
              case 'spawn':
                await spawnChild(guest);
                break;
              case 'wait':
                await guest.call('proc_wait', -1, 1, out + 16);
                break;
              case 'open': {
                const at = guest.put('workspace/a.txt');
                await guest.call('path_open', 3, 1, at.address, at.length, 0, 2n, 0n, 0, out + 8);
                break;
              }
              case 'poll':
                guest.view.setUint32(iov + 24, 1_000_000, true);
                await guest.call('sched_yield');
                break;
            }
            calledMs = performance.now();
          }
        };
        const spawnChild = async (guest: Puppet): Promise<void> => {
          const { address, length } = guest.put(spawnRequest({ program: 'worker', fds: [[1, 1]] }));
          await guest.call('proc_spawn', address, length, guest.alloc(4));
        };
        stage.program('worker', act);
        stage.program('main', async (guest) => {
          for (let i = 0; i < children; i++) await spawnChild(guest);
          await act(guest);
        });
        const run = stage.start('main', { stdin: 'pushed' });
        for (let i = 0; i < killAfter; i++) await new Promise((resolve) => setImmediate(resolve));
        if (abort) run.abort();
        else stage.launcher.started.at(-1)?.finish('unreachable');
        if (!abort) setTimeout(() => run.abort(), 20);
        // A thread that fails before its guest has memory is a failure of the start, and said so.
        await run.ended.catch((error: unknown) => expect(error).toMatchObject({ code: 'sandboxFailed' }));
        const endedMs = performance.now();
        for (let i = 0; i < 2000 && stage.launcher.live > 0; i++) await new Promise((resolve) => setTimeout(resolve, 5));
        stage.check();
        expect(stage.launcher.live).toBe(0);
        expect(calledMs).toBeLessThanOrEqual(endedMs);
        expect(openFiles()).toBeLessThanOrEqual(before);
      }),
      { numRuns: Math.ceil(numRuns / 2) },
    );
  }, 600_000);
});

function name(call: CallName): number {
  return calls.findIndex(([, called]) => called === call);
}
