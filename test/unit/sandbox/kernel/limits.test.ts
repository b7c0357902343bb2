import { readdirSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LimitName, Limits } from '../../../../src/shared/limits';
import { defaultLimits } from '../../../../src/shared/limits';
import { limitMessage } from '../../../../src/sandbox/kernel/limitMessage';
import { allFileRights, expectErrno, ok, open, pipe, read, spawn, spawnRequest, wait, write } from '../../../support/kernel/guestCalls';
import type { Puppet } from '../../../support/kernel/puppets';
import { Stage } from '../../../support/kernel/stage';

let stage: Stage | null = null;
const create = (limits: Partial<Limits> = {}): Stage => (stage = new Stage(limits));
afterEach(() => stage?.dispose());

describe('limits', () => {
  it('each has a message that names its setting', () => {
    for (const name of Object.keys(defaultLimits) as LimitName[]) {
      expect(limitMessage(name, defaultLimits)).toContain(`sunaba.limits.${name}`);
    }
  });

  it('T48: a guest that never asks for anything is ended on time', async () => {
    const result = await create({ wallClockMs: 60 }).run(() => new Promise(() => {}));
    expect(result.exit).toMatchObject({ kind: 'limit', limit: 'wallClockMs' });
    expect(result.durationMs).toBeLessThan(10_000);
  });

  it('T53: a sleep of a year ends by the limit; huge counts are a fast error', async () => {
    const result = await create({ wallClockMs: 100 }).run(async (guest) => {
      const iov = guest.iov(4096, 8);
      const out = guest.alloc(4);
      await expectErrno(guest.call('fd_read', 0, iov, 0x7fff_ffff, out), 'inval');
      await expectErrno(guest.call('fd_write', 1, iov, 0xffff_ffff, out), 'inval');
      await expectErrno(guest.call('poll_oneoff', iov, iov, 0xffff_ffff, out), 'inval');
      await expectErrno(guest.call('poll_oneoff', iov, iov, 0, out), 'inval');
      const poll = guest.alloc(48);
      guest.view.setUint32(poll + 16, 1, true);
      guest.view.setBigUint64(poll + 24, 365n * 86_400n * 1_000_000_000n, true);
      await guest.call('poll_oneoff', poll, guest.alloc(32), 1, out);
    });
    expect(result.exit).toMatchObject({ kind: 'limit', limit: 'wallClockMs' });
  });

  it('T51: output is cut to head and tail, the end of it ends the guest, and memory stays bounded', async () => {
    const chunk = 'x'.repeat(65_536);
    const limits = { outputKeptBytes: 1000, outputFileBytes: 8 * 1024 * 1024 };
    const result = await create(limits).run(async (guest) => {
      await write(guest, 1, 'first');
      const { address, length } = guest.put(chunk);
      const iov = guest.iov(address, length);
      const out = guest.alloc(4);
      for (;;) await ok(guest.call('fd_write', 1, iov, 1, out));
    });
    expect(result.exit).toMatchObject({ kind: 'limit', limit: 'outputFileBytes' });
    expect(result.stdout.head.length + result.stdout.tail.length).toBe(1000);
    expect(Buffer.from(result.stdout.head).toString()).toMatch(/^firstx+$/);
    expect(result.stdout.droppedBytes).toBe(result.stdout.totalBytes - 1000);
    expect(result.stdout.totalBytes).toBeLessThan(limits.outputFileBytes + 256 * 1024);
  });

  it('T51: a guest waits while the host has not taken its output', async () => {
    const taken: (() => void)[] = [];
    let written = 0;
    const here = create().program('main', async (guest) => {
      const { address, length } = guest.put('y'.repeat(65_536));
      const iov = guest.iov(address, length);
      const out = guest.alloc(4);
      for (let i = 0; i < 64; i++) {
        await ok(guest.call('fd_write', 1, iov, 1, out));
        written += length;
      }
    });
    const run = here.kernel.start(
      { program: 'main', args: [], view: 'shell', stdin: new Uint8Array() },
      { output: () => new Promise((resolve) => taken.push(resolve)) },
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(written).toBeLessThanOrEqual(1024 * 1024 + 65_536);
    const more = setInterval(() => taken.splice(0).forEach((take) => take()), 1);
    const result = await run.ended;
    clearInterval(more);
    expect(result.exit).toEqual({ kind: 'exited', code: 0 });
    expect(written).toBe(64 * 65_536);
    here.check();
  });

  it('T49: a trap with the memory at its cap names the memory limit', async () => {
    const result = await create({ processMemoryMib: 1 }).run((guest) => {
      expect(() => guest.memory.grow(65_536)).toThrow();
      guest.memory.grow(14);
      guest.finish('unreachable');
      return new Promise(() => {});
    });
    expect(result.exit).toEqual({ kind: 'trapped', message: 'unreachable', memoryAtCap: true });
    expect(result.limitsMet[0]?.message).toContain('sunaba.limits.processMemoryMib');
  });

  it('T54, T55: what a killed process held is free at once; what it used of its run stays used, and of no other run', async () => {
    const here = create({ processes: 2, descriptors: 40, writtenBytes: 30, filesCreated: 25 });
    let made = 0;
    here.program('hog', async (guest) => {
      const fd = await open(guest, `workspace/made${made++}`, { oflags: 1, rights: allFileRights });
      await write(guest, fd, 'x');
      for (let i = 0; i < 25; i++) await open(guest, 'workspace/made0');
      await pipe(guest);
      await write(guest, 1, 'ready');
      // Killed in the middle of a call.
      await read(guest, 0, 1);
    });
    const script = async (guest: Puppet): Promise<void> => {
      const input = await pipe(guest);
      const output = await pipe(guest);
      const fds = [
        [0, input.reading],
        [1, output.writing],
      ] as const;
      let before = 0;
      for (let i = 0; i < 20; i++) {
        const pid = await spawn(guest, { program: 'hog', fds });
        expect(await read(guest, output.reading, 16)).toBe('ready');
        await ok(guest.call('proc_kill', pid, 9));
        expect(await wait(guest)).toEqual({ pid, kind: 1, code: 9 });
        const held = readdirSync('/proc/self/fd').length;
        if (i > 0) expect(held).toBe(before);
        before = held;
      }
      // Twenty bytes and files of this run are used, by whomever.
      const fd = await open(guest, 'workspace/made0', { rights: allFileRights });
      const { address, length } = guest.put('eleven byte');
      await expectErrno(guest.call('fd_write', fd, guest.iov(address, length), 1, guest.alloc(4)), 'dquot');
      expect(await write(guest, fd, 'ten bytes.')).toBe(10);
    };
    for (let round = 0; round < 2; round++) {
      const result = await here.run(script);
      expect(result.exit).toEqual({ kind: 'exited', code: 0 });
      expect(result.limitsMet.map(({ limit }) => limit)).toEqual(['writtenBytes']);
      await here.kernel.settled();
      expect(here.launcher.live).toBe(0);
    }
  });

  it('memory of all processes together is bounded', async () => {
    const result = await create({ totalMemoryMib: 8 }).run(async (guest) => {
      guest.memory.grow(16 * 16);
      await new Promise(() => {});
    });
    expect(result.exit).toMatchObject({ kind: 'limit', limit: 'totalMemoryMib' });
  });

  it('a module that begins with more memory than the limit is refused', async () => {
    const here = create({ processMemoryMib: 0.0625 });
    here.program('main', () => Promise.resolve());
    const result = await here.start('main').ended;
    expect(result.exit).toMatchObject({ kind: 'limit', limit: 'processMemoryMib' });
  });
});

describe('limits on files', () => {
  const creat = 1;
  const met = async (limits: Partial<Limits>, script: Parameters<Stage['run']>[0]): Promise<LimitName[]> =>
    (await create(limits).run(script)).limitsMet.map(({ limit }) => limit);

  it('T50: a file of a petabyte is refused at once, allocated or set', async () => {
    const names = await met({}, async (guest) => {
      const fd = await open(guest, 'workspace/big', { oflags: creat, rights: allFileRights });
      await expectErrno(guest.call('fd_allocate', fd, 0n, 1n << 50n), 'fbig', 'nospc');
      await expectErrno(guest.call('fd_filestat_set_size', fd, 1n << 50n), 'fbig', 'nospc');
      await expectErrno(guest.call('fd_filestat_set_size', fd, 0xffff_ffff_ffff_ffffn), 'fbig', 'nospc');
      await expectErrno(guest.call('fd_pwrite', fd, guest.iov(4096, 8), 1, 1n << 50n, guest.alloc(4)), 'fbig');
      const stat = guest.alloc(64);
      await ok(guest.call('fd_filestat_get', fd, stat));
      expect(guest.u64(stat + 32)).toBe(0n);
    });
    expect(names).toEqual(['fileBytes']);
  });

  it('T52: bytes written and files created are counted over all processes of a call', async () => {
    const names = await met({ writtenBytes: 100_000, filesCreated: 20 }, async (guest) => {
      const fd = await open(guest, 'tmp/a', { oflags: creat, rights: 64n });
      await write(guest, fd, 'x'.repeat(90_000));
      const { address, length } = guest.put('y'.repeat(20_000));
      await expectErrno(guest.call('fd_write', fd, guest.iov(address, length), 1, guest.alloc(4)), 'dquot');
      for (let i = 1; i < 20; i++) await ok(guest.call('fd_close', await open(guest, `tmp/f${i}`, { oflags: creat, rights: 64n })));
      const path = guest.put('tmp/one-more');
      await expectErrno(guest.call('path_create_directory', 3, path.address, path.length), 'dquot');
      await expectErrno(guest.call('path_open', 3, 1, path.address, path.length, creat, 64n, 0n, 0, guest.alloc(4)), 'dquot');
    });
    expect(names.sort()).toEqual(['filesCreated', 'writtenBytes']);
  });

  it('T51: the whole output stands in a file below /tmp, though only its ends were kept', async () => {
    const here = create({ outputKeptBytes: 1000 });
    const result = await here.run(async (guest) => {
      for (let i = 0; i < 30; i++) await write(guest, i % 2 === 0 ? 1 : 2, `${i}`.padEnd(999, '.') + '\n');
    });
    expect(result.combined.droppedBytes).toBe(29_000);
    const file = result.outputPath ?? '';
    expect(file).toMatch(/^\/tmp\//);
    await here.run(async (guest) => {
      const text = await read(guest, await open(guest, file.slice(1)), 100_000);
      expect(text.length).toBe(30_000);
      expect(
        text
          .split('\n')
          .map((line) => Number.parseInt(line, 10))
          .slice(0, 30),
      ).toEqual([...Array(30).keys()]);
    });
  });

  it('read-only: every write is EROFS', async () => {
    await create().run(
      async (guest) => {
        const path = guest.put('workspace/new');
        await expectErrno(guest.call('path_create_directory', 3, path.address, path.length), 'rofs');
        await expectErrno(guest.call('path_open', 3, 1, path.address, path.length, creat, 64n, 0n, 0, guest.alloc(4)), 'rofs');
      },
      { readOnly: true },
    );
  });
});

describe('the environment', () => {
  it('T30: a guest sees what was allow-listed and nothing of the host', async () => {
    process.env['GEMINI_API_KEY'] = 'AIza-secret';
    try {
      const result = await create().run(
        async (guest) => {
          const sizes = guest.alloc(8);
          await ok(guest.call('environ_sizes_get', sizes, sizes + 4));
          const list = guest.alloc(4 * guest.u32(sizes));
          const text = guest.alloc(guest.u32(sizes + 4));
          await ok(guest.call('environ_get', list, text));
          await write(guest, 1, guest.text(text, guest.u32(sizes + 4)));
        },
        { env: { GREETING: 'hello' } },
      );
      const names = Buffer.from(result.stdout.head).toString().split('\0').filter(Boolean);
      expect(names.map((entry) => entry.slice(0, entry.indexOf('='))).sort()).toEqual(
        ['GREETING', 'HOME', 'LANG', 'PATH', 'PWD', 'SHELL', 'TERM', 'TMPDIR', 'USER'].sort(),
      );
      expect(names.join()).not.toContain('AIza');
    } finally {
      delete process.env['GEMINI_API_KEY'];
    }
  });
});

describe('ending', () => {
  it('abort ends the run as aborted, and no call takes effect after it', async () => {
    const here = create();
    let after = 0;
    here.program('main', async (guest) => {
      await write(guest, 1, 'before');
      run.abort();
      after = await guest.call('fd_write', 1, guest.iov(4096, 8), 1, guest.alloc(4));
    });
    const run = here.start('main');
    const result = await run.ended;
    expect(result.exit).toEqual({ kind: 'aborted' });
    expect(Buffer.from(result.stdout.head).toString()).toBe('before');
    expect(after).toBe(0);
    await vi.waitFor(() => expect(here.launcher.live).toBe(0), 10_000);
  });

  it('standard input that is pushed arrives in order, and learns when nobody reads', async () => {
    const here = create();
    here.program('main', async (guest) => {
      const address = guest.alloc(100_000);
      const out = guest.alloc(4);
      let total = 0;
      do {
        await ok(guest.call('fd_read', 0, guest.iov(address, 100_000), 1, out));
        total += guest.u32(out);
      } while (guest.u32(out) > 0);
      await write(guest, 1, String(total));
    });
    const run = here.start('main', { stdin: 'pushed' });
    for (let i = 0; i < 10; i++) expect(await run.writeInput(new Uint8Array(50_000))).toBe(true);
    run.endInput();
    const result = await run.ended;
    expect(Buffer.from(result.stdout.head).toString()).toBe('500000');
    expect(await run.writeInput(new Uint8Array(1))).toBe(false);
    here.check();
  });

  it('a program that does not exist is a failure with words for people', async () => {
    await expect(create().start('nothing').ended).rejects.toThrow('There is no program named nothing in the sandbox.');
  });

  it('a request without its program is refused by name', async () => {
    const result = await create().run(async (guest) => {
      const { address, length } = guest.put(spawnRequest({ program: '' }));
      await expectErrno(guest.call('proc_spawn', address, length, guest.alloc(4)), 'noent');
    });
    expect(result.exit).toEqual({ kind: 'exited', code: 0 });
  });
});
