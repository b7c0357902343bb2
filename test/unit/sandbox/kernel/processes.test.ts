import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { expectErrno, ok, pipe, read, spawn, spawnRequest, wait, write } from '../../../support/kernel/guestCalls';
import { Stage } from '../../../support/kernel/stage';

let stage: Stage;
beforeEach(() => {
  stage = new Stage({ processes: 4 });
});
afterEach(() => stage.dispose());

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe('processes', () => {
  it('gives the exit status and the output of the first process', async () => {
    const result = await stage.run(async (guest) => {
      await write(guest, 1, 'out');
      await write(guest, 2, 'err');
      await write(guest, 1, 'put');
      await guest.call('proc_exit', 7);
    });
    expect(result.exit).toEqual({ kind: 'exited', code: 7 });
    expect(text(result.stdout.head)).toBe('output');
    expect(text(result.combined.head)).toBe('outerrput');
  });

  it('hands children arguments, environment, directory and descriptors, and nothing else', async () => {
    stage.program('child', async (guest) => {
      const sizes = guest.alloc(8);
      await ok(guest.call('args_sizes_get', sizes, sizes + 4));
      expect([guest.u32(sizes), guest.u32(sizes + 4)]).toEqual([2, 'child\0a b\0'.length]);
      const list = guest.alloc(64);
      await ok(guest.call('environ_get', list, list + 16));
      expect(guest.text(list + 16, 4)).toBe('A=1\0');
      const cwd = guest.alloc(64);
      await ok(guest.call('proc_cwd', cwd + 8, 32, cwd));
      expect(guest.text(cwd + 8, guest.u32(cwd))).toBe('/tmp');
      await expectErrno(guest.call('fd_fdstat_get', 2, guest.alloc(24)), 'badf');
      await write(guest, 1, 'from the child');
    });
    const result = await stage.run(async (guest) => {
      const { reading, writing } = await pipe(guest);
      const pid = await spawn(guest, {
        program: '/bin/child',
        cwd: '/tmp',
        args: ['child', 'a b'],
        env: ['A=1', '=x', 'noequals'],
        fds: [[1, writing]],
      });
      await ok(guest.call('fd_close', writing));
      expect(await read(guest, reading, 100)).toBe('from the child');
      expect(await read(guest, reading, 100)).toBe('');
      expect(await wait(guest, pid)).toEqual({ pid, kind: 0, code: 0 });
      await expectErrno(guest.call('proc_wait', pid, 0, guest.alloc(12)), 'child');
    });
    expect(result.exit).toEqual({ kind: 'exited', code: 0 });
  });

  it('waits for any child, and does not block where it is asked not to', async () => {
    stage.program('quick', (guest) => guest.call('proc_exit', 3).then(() => undefined));
    stage.program('slow', async (guest) => {
      await read(guest, 0, 1);
    });
    await stage.run(async (guest) => {
      const { reading, writing } = await pipe(guest);
      const slow = await spawn(guest, { program: 'slow', fds: [[0, reading]] });
      expect(await wait(guest, slow, 1)).toEqual({ pid: 0, kind: 0, code: 0 });
      const quick = await spawn(guest, { program: 'quick' });
      expect(await wait(guest)).toEqual({ pid: quick, kind: 0, code: 3 });
      await write(guest, writing, 'x');
      expect(await wait(guest)).toEqual({ pid: slow, kind: 0, code: 0 });
      await expectErrno(guest.call('proc_wait', -1, 0, guest.alloc(12)), 'child');
    });
  });

  it('ends children with their parent, to the last generation', async () => {
    stage.program('child', async (guest) => {
      await spawn(guest, { program: 'grandchild', fds: [[0, 0]] });
      await read(guest, 0, 1);
    });
    stage.program('grandchild', async (guest) => {
      await read(guest, 0, 1);
    });
    const run = stage.program('main', async (guest) => {
      const { reading } = await pipe(guest);
      await spawn(guest, { program: 'child', fds: [[0, reading]] });
      await guest.call('sched_yield');
    });
    const result = await run.start('main', { stdin: 'pushed' }).ended;
    expect(result.exit).toEqual({ kind: 'exited', code: 0 });
    await vi.waitFor(() => expect(stage.launcher.live).toBe(0), 10_000);
    stage.check();
  });

  it('is settled when the threads of what has ended are through, whatever else ends meanwhile', async () => {
    stage.program('main', async (guest) => {
      await read(guest, 0, 1);
    });
    await stage.kernel.settled();
    const first = stage.start('main', { stdin: 'pushed' });
    const second = stage.start('main', { stdin: 'pushed' });
    while (stage.launcher.live < 2) await new Promise(setImmediate);
    first.abort();
    await first.ended;
    await stage.kernel.settled();
    expect(stage.launcher.live).toBe(1);
    second.abort();
    await second.ended;
    await stage.kernel.settled();
    expect(stage.launcher.live).toBe(0);
  });

  it('T54: refuses more processes than the limit, and says which setting it is', async () => {
    stage.program('child', async (guest) => {
      await read(guest, 0, 1);
    });
    const result = await stage.run(async (guest) => {
      const { reading } = await pipe(guest);
      for (let i = 0; i < 3; i++) await spawn(guest, { program: 'child', fds: [[0, reading]] });
      const { address, length } = guest.put(spawnRequest({ program: 'child' }));
      await expectErrno(guest.call('proc_spawn', address, length, guest.alloc(4)), 'again');
    });
    expect(result.limitsMet.map(({ limit }) => limit)).toEqual(['processes']);
    expect(result.limitsMet[0]?.message).toContain('sunaba.limits.processes');
  });

  it('refuses a program that is not there, one that is a plain file, and a request that is cut short', async () => {
    await stage.run(async (guest) => {
      const attempt = async (request: Uint8Array): Promise<number> => {
        const { address, length } = guest.put(request);
        return guest.call('proc_spawn', address, length, guest.alloc(4));
      };
      await expectErrno(attempt(spawnRequest({ program: 'missing' })), 'noent');
      await expectErrno(attempt(spawnRequest({ program: '/workspace/missing' })), 'noent');
      await expectErrno(attempt(spawnRequest({ program: '/workspace' })), 'acces');
      await expectErrno(attempt(spawnRequest({ program: 'main', cwd: '/nowhere' })), 'noent');
      await expectErrno(attempt(spawnRequest({ program: 'main', fds: [[0, 77]] })), 'badf');
      await expectErrno(attempt(spawnRequest({ program: 'main', fds: [[1024, 0]] })), 'inval');
      await expectErrno(attempt(spawnRequest({ program: 'main' }).subarray(0, 20)), 'inval');
    });
  });
});

describe('signals', () => {
  const pending = async (guest: Parameters<Parameters<Stage['run']>[0]>[0]): Promise<bigint> => {
    const out = guest.alloc(8);
    await ok(guest.call('proc_sigtake', out));
    return guest.u64(out);
  };

  it('end a process, unless it catches or ignores them; 9 always does', async () => {
    stage.program('child', async (guest) => {
      await ok(guest.call('proc_sigcatch', 1n << 14n));
      await ok(guest.call('proc_sigignore', 1n << 1n));
      await write(guest, 1, 'ready');
      await expectErrno(guest.call('fd_read', 0, guest.iov(guest.alloc(8), 8), 1, guest.alloc(4)), 'intr');
      expect(await pending(guest)).toBe(1n << 14n);
      await write(guest, 1, 'caught');
      await read(guest, 0, 8);
    });
    await stage.run(async (guest) => {
      const input = await pipe(guest);
      const output = await pipe(guest);
      const pid = await spawn(guest, {
        program: 'child',
        fds: [
          [0, input.reading],
          [1, output.writing],
        ],
      });
      expect(await read(guest, output.reading, 16)).toBe('ready');
      await ok(guest.call('proc_kill', pid, 0));
      await ok(guest.call('proc_kill', pid, 2));
      await ok(guest.call('proc_kill', pid, 15));
      expect(await read(guest, output.reading, 16)).toBe('caught');
      await ok(guest.call('proc_kill', pid, 9));
      expect(await wait(guest, pid)).toEqual({ pid, kind: 1, code: 9 });
      await expectErrno(guest.call('proc_kill', pid, 15), 'srch');
      await expectErrno(guest.call('proc_kill', 999, 0), 'srch');
      await expectErrno(guest.call('proc_raise', 1000), 'inval');
    });
  });

  it('what is ignored is inherited, and a child can ask for it', async () => {
    const ignored = async (guest: Parameters<Parameters<Stage['run']>[0]>[0]): Promise<bigint> => {
      const out = guest.alloc(8);
      await ok(guest.call('proc_sigignored', out));
      return guest.u64(out);
    };
    let inherited: bigint | undefined;
    stage.program('child', async (guest) => {
      inherited = await ignored(guest);
      await guest.call('proc_raise', 2);
      await guest.call('proc_raise', 15);
    });
    await stage.run(async (guest) => {
      expect(await ignored(guest)).toBe(0n);
      await ok(guest.call('proc_sigignore', 0b11n));
      const pid = await spawn(guest, { program: 'child' });
      expect(await wait(guest, pid)).toEqual({ pid, kind: 1, code: 15 });
    });
    expect(inherited).toBe(0b11n);
  });

  it('a signal that came before a blocking call is not slept over', async () => {
    await stage.run(async (guest) => {
      const { reading } = await pipe(guest);
      await ok(guest.call('proc_sigcatch', 1n << 9n));
      await ok(guest.call('proc_raise', 10));
      await expectErrno(guest.call('fd_read', reading, guest.iov(guest.alloc(8), 8), 1, guest.alloc(4)), 'intr');
      expect(await pending(guest)).toBe(1n << 9n);
    });
  });

  it('a process that raises an uncaught signal ends by it', async () => {
    const result = await stage.run(async (guest) => {
      await guest.call('proc_raise', 6);
    });
    expect(result.exit).toEqual({ kind: 'signaled', signal: 6 });
  });

  it('a child that traps ends by the signal it would have been, and standard error names it', async () => {
    stage.program('child', (guest) => {
      guest.finish('unreachable');
      return new Promise(() => {});
    });
    const result = await stage.run(async (guest) => {
      const pid = await spawn(guest, { program: 'child' });
      expect(await wait(guest, pid)).toEqual({ pid, kind: 1, code: 6 });
    });
    expect(text(result.stderr.head)).toMatch(/sunaba: child \(process \d+\) was ended: unreachable/);
  });
});
