import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { execFileSync } from 'node:child_process';
import { allRights, expectErrno, ok, open, pipe, read, spawn, wait, write } from '../../../support/kernel/guestCalls';
import { Stage } from '../../../support/kernel/stage';

let stage: Stage;
beforeEach(() => {
  stage = new Stage({ descriptors: 16 });
  writeFileSync(path.join(stage.folder, 'a.txt'), 'abcdefghij');
  mkdirSync(path.join(stage.folder, 'many'));
  for (let i = 0; i < 50; i++) writeFileSync(path.join(stage.folder, 'many', `f${i}`), '');
});
afterEach(() => stage.dispose());

describe('descriptors', () => {
  it('dup and children share the offset of the open file', async () => {
    stage.program('child', async (guest) => {
      expect(await read(guest, 0, 2)).toBe('ef');
    });
    await stage.run(async (guest) => {
      const fd = await open(guest, 'workspace/a.txt');
      const out = guest.alloc(4);
      await ok(guest.call('fd_dup', fd, 10, out));
      expect(guest.u32(out)).toBe(10);
      expect(await read(guest, fd, 2)).toBe('ab');
      expect(await read(guest, 10, 2)).toBe('cd');
      expect((await wait(guest, await spawn(guest, { program: 'child', fds: [[0, fd]] }))).code).toBe(0);
      expect(await read(guest, 10, 1)).toBe('g');
      await ok(guest.call('fd_dup2', 10, 12));
      await ok(guest.call('fd_close', 10));
      await ok(guest.call('fd_close', fd));
      expect(await read(guest, 12, 1)).toBe('h');
    });
  });

  it('a child can be given any number; its preopen moves out of the way and is found by looking from 3 upwards', async () => {
    stage.program('child', async (guest) => {
      const prestat = guest.alloc(8);
      const name = guest.alloc(64);
      const names: string[] = [];
      for (let fd = 3; (await guest.call('fd_prestat_get', fd, prestat)) === 0; fd++) {
        await ok(guest.call('fd_prestat_dir_name', fd, name, guest.u32(prestat + 4)));
        names.push(guest.text(name, guest.u32(prestat + 4)));
      }
      expect(names).toEqual(['/dev/null/3', '/']);
      expect(await read(guest, 3, 2)).toBe('ab');
      expect(await read(guest, await open(guest, 'workspace/a.txt', { fd: 4 }), 1)).toBe('a');
      const given = guest.alloc(8);
      const count = guest.alloc(4);
      await expectErrno(guest.call('fd_given', given, 1, count), 'range');
      await ok(guest.call('fd_given', given, 2, count));
      expect([guest.u32(count), guest.u32(given), guest.u32(given + 4)]).toEqual([2, 3, 7]);
      await ok(guest.call('fd_close', 7));
      await ok(guest.call('fd_dup2', 0, 3));
      await ok(guest.call('fd_given', given, 2, count));
      expect(guest.u32(count)).toBe(0);
    });
    await stage.run(async (guest) => {
      const fd = await open(guest, 'workspace/a.txt');
      const fds = [
        [0, 0],
        [3, fd],
        [7, fd],
      ] as const;
      expect((await wait(guest, await spawn(guest, { program: 'child', fds }))).code).toBe(0);
    });
  });

  it.each([
    ['none', 2],
    ['pushed', 6],
    [new Uint8Array(3), 6],
  ] as const)('tells no input, a pipe and a file apart: standard input %o is of type %d', async (stdin, type) => {
    await stage.run(
      async (guest) => {
        const types = async (fd: number): Promise<number[]> => {
          const stat = guest.alloc(64);
          await ok(guest.call('fd_fdstat_get', fd, stat));
          const ofDescriptor = guest.view.getUint8(stat);
          await ok(guest.call('fd_filestat_get', fd, stat));
          return [ofDescriptor, guest.view.getUint8(stat + 16)];
        };
        const named = async (path: string, follow = 1): Promise<number> => {
          const stat = guest.alloc(64);
          const { address, length } = guest.put(path);
          await ok(guest.call('path_filestat_get', 3, follow, address, length, stat));
          return guest.view.getUint8(stat + 16);
        };
        const { reading, writing } = await pipe(guest);
        expect(await types(0)).toEqual([type, type]);
        expect(await types(1)).toEqual([6, 6]);
        expect([await types(reading), await types(writing)]).toEqual([
          [6, 6],
          [6, 6],
        ]);
        expect(await types(await open(guest, 'workspace/a.txt'))).toEqual([4, 4]);
        expect([await named('dev/stdin'), await named('dev/null')]).toEqual([type === 6 ? 4 : type, 2]);
        if (stdin === 'none') expect(await read(guest, 0, 10)).toBe('');
      },
      { stdin },
    );
  });

  it.each([[[]], [[0]], [[1]], [[0, 1, 2]]])(
    'standard streams that are terminals are character devices that cannot be sought, others are pipes: %j',
    async (terminals: readonly number[]) => {
      await stage.run(
        async (guest) => {
          for (const fd of [0, 1, 2]) {
            const stat = guest.alloc(24);
            await ok(guest.call('fd_fdstat_get', fd, stat));
            expect(guest.view.getUint8(stat)).toBe(terminals.includes(fd) ? 2 : 6);
            expect(guest.u64(stat + 8) & 0b10_0100n).toBe(0n);
            await expectErrno(guest.call('fd_seek', fd, 0n, 1, guest.alloc(8)), 'spipe');
          }
          expect(await read(guest, 0, 10)).toBe('typed');
          expect(await write(guest, 1, 'told')).toBe(4);
        },
        {
          stdin: Buffer.from('typed'),
          stdinIsTerminal: terminals.includes(0),
          stdoutIsTerminal: terminals.includes(1),
          stderrIsTerminal: terminals.includes(2),
        },
      );
    },
  );

  it('T55: misuse of fd_renumber, closed and reused numbers give an errno', async () => {
    await stage.run(async (guest) => {
      const first = await open(guest, 'workspace/a.txt');
      const second = await open(guest, 'workspace/many');
      await expectErrno(guest.call('fd_renumber', first, 15), 'badf');
      await expectErrno(guest.call('fd_renumber', 15, first), 'badf');
      await expectErrno(guest.call('fd_renumber', first, -1), 'badf');
      await ok(guest.call('fd_renumber', first, first));
      await ok(guest.call('fd_renumber', first, second));
      await expectErrno(guest.call('fd_close', first), 'badf');
      expect(await read(guest, second, 3)).toBe('abc');
      await ok(guest.call('fd_close', second));
      await expectErrno(guest.call('fd_read', second, guest.iov(4096, 8), 1, 4096), 'badf');
      expect(await open(guest, 'workspace/many')).toBe(first);
      await expectErrno(guest.call('fd_dup', first, 2_000_000, 4096), 'inval');
      await expectErrno(guest.call('fd_dup2', first, 2_000_000), 'badf');
      await expectErrno(guest.call('fd_close', 0xffff_ffff), 'badf');
    });
  });

  it('refuses more open descriptors than the limit, and says which setting it is', async () => {
    const result = await stage.run(async (guest) => {
      const out = guest.alloc(4);
      for (let fd = 4; fd < 16; fd++) await ok(guest.call('fd_dup', 0, 0, out));
      await expectErrno(guest.call('fd_dup', 0, 0, out), 'mfile');
      await expectErrno(guest.call('fd_pipe', guest.alloc(8)), 'mfile');
      await ok(guest.call('fd_close', 9));
      await ok(guest.call('fd_dup', 0, 0, out));
      expect(guest.u32(out)).toBe(9);
    });
    expect(result.limitsMet.map(({ limit }) => limit)).toEqual(['descriptors']);
  });

  it('grants no more rights than asked for, and takes dropped ones for good', async () => {
    await stage.run(async (guest) => {
      const fd = await open(guest, 'workspace/a.txt', { rights: 2n });
      const stat = guest.alloc(24);
      await ok(guest.call('fd_fdstat_get', fd, stat));
      expect([guest.view.getUint8(stat), guest.u64(stat + 8)]).toEqual([4, 2n]);
      await expectErrno(guest.call('fd_seek', fd, 1n, 0, guest.alloc(8)), 'notcapable');
      await expectErrno(guest.call('fd_fdstat_set_rights', fd, allRights, 0n), 'notcapable');
      await ok(guest.call('fd_fdstat_set_rights', fd, 0n, 0n));
      await expectErrno(guest.call('fd_read', fd, guest.iov(4096, 8), 1, guest.alloc(4)), 'notcapable');
    });
  });

  it('lists a directory in parts with cookies that stay true', async () => {
    await stage.run(async (guest) => {
      const fd = await open(guest, 'workspace/many', { oflags: 2 });
      const names: string[] = [];
      const buffer = guest.alloc(100);
      const used = guest.alloc(4);
      for (let cookie = 0n, more = true; more;) {
        await ok(guest.call('fd_readdir', fd, buffer, 100, cookie, used));
        more = guest.u32(used) === 100;
        for (let at = buffer; at + 24 <= buffer + guest.u32(used);) {
          const length = guest.u32(at + 16);
          if (at + 24 + length > buffer + guest.u32(used)) break;
          names.push(guest.text(at + 24, length));
          cookie = guest.u64(at);
          at += 24 + length;
        }
      }
      expect(names.slice(0, 2)).toEqual(['.', '..']);
      expect(new Set(names).size).toBe(52);
      expect(names.length).toBe(52);
    });
  });
});

describe('devices', () => {
  it('are null, zero, full, random, and the standard streams', async () => {
    const result = await stage.run(
      async (guest) => {
        const rights = 2n | 64n;
        const nothing = await open(guest, 'dev/null', { rights });
        expect(await read(guest, nothing, 8)).toBe('');
        expect(await write(guest, nothing, 'gone')).toBe(4);
        expect(await read(guest, await open(guest, 'dev/zero', { rights }), 3)).toBe('\0\0\0');
        const full = await open(guest, 'dev/full', { rights });
        await expectErrno(guest.call('fd_write', full, guest.iov(4096, 8), 1, guest.alloc(4)), 'nospc');
        const random = await open(guest, 'dev/urandom', { rights });
        expect(await read(guest, random, 32)).not.toBe(await read(guest, random, 32));
        await write(guest, await open(guest, 'dev/stdout', { rights: 64n }), 'through the device');
        expect(await read(guest, await open(guest, 'dev/stdin', { rights: 2n }), 5)).toBe('input');
      },
      { stdin: Buffer.from('input') },
    );
    expect(Buffer.from(result.stdout.head).toString()).toBe('through the device');
  });
});

describe('paths as the kernel takes them', () => {
  it('T16: NUL is EINVAL, broken UTF-8 EILSEQ, a path of 5,000 bytes ENAMETOOLONG; in contents both pass', async () => {
    writeFileSync(path.join(stage.folder, 'raw'), Uint8Array.of(0, 0xff, 0xfe));
    await stage.run(async (guest) => {
      const attempt = (bytes: Uint8Array): Promise<number> => {
        const { address, length } = guest.put(bytes);
        return guest.call('path_filestat_get', 3, 1, address, length, guest.alloc(64));
      };
      await expectErrno(attempt(Buffer.from('workspace/a\0.txt')), 'inval');
      await expectErrno(attempt(Uint8Array.of(0x77, 0xff, 0x2f)), 'ilseq');
      await expectErrno(attempt(Buffer.from('x/'.repeat(2500))), 'nametoolong');
      const fd = await open(guest, 'workspace/raw');
      const address = guest.alloc(8);
      await ok(guest.call('fd_read', fd, guest.iov(address, 8), 1, guest.alloc(4)));
      expect([...guest.bytes.slice(address, address + 3)]).toEqual([0, 0xff, 0xfe]);
    });
  });

  it('tells all of a file at once, its permission bits too', async () => {
    const file = path.join(stage.folder, 'script');
    writeFileSync(file, 'x');
    chmodSync(file, 0o751);
    symlinkSync('script', path.join(stage.folder, 'to script'));
    await stage.run(async (guest) => {
      const told = async (call: 'path_filestat_get' | 'path_status', name: string, follow: number): Promise<Buffer> => {
        const { address, length } = guest.put(name);
        const status = guest.alloc(72);
        await ok(guest.call(call, 3, follow, address, length, status));
        return Buffer.from(guest.bytes.slice(status, status + 72));
      };
      for (const [name, follow, mode] of [
        ['workspace/script', 0, 0o751],
        ['workspace/to script', 1, 0o751],
        ['workspace/to script', 0, 0o777],
        ['dev/null', 1, 0o666],
      ] as const) {
        const status = await told('path_status', name, follow);
        expect(status.subarray(0, 64)).toEqual((await told('path_filestat_get', name, follow)).subarray(0, 64));
        expect(status.readBigUInt64LE(64)).toBe(BigInt(mode));
      }
      const { address, length } = guest.put('workspace/none');
      await expectErrno(guest.call('path_status', 3, 0, address, length, guest.alloc(72)), 'noent');
      const there = guest.put('workspace/script');
      await expectErrno(guest.call('path_status', 3, 0, there.address, there.length, guest.bytes.length - 71), 'fault');
    });
  });

  it('reads the beginning of a file by one call, as opening it does', async () => {
    writeFileSync(path.join(stage.folder, 'small'), 'contents');
    symlinkSync('small', path.join(stage.folder, 'to small'));
    symlinkSync('../../outside', path.join(stage.folder, 'to outside'));
    const result = await stage.run(async (guest) => {
      const count = guest.alloc(4);
      const buffer = guest.alloc(64);
      const attempt = (name: string, size: number, follow = 1): Promise<number> => {
        const { address, length } = guest.put(name);
        return guest.call('path_read', 3, follow, address, length, buffer, size, count);
      };
      for (const [name, size, text] of [
        ['workspace/small', 64, 'contents'],
        ['workspace/small', 3, 'con'],
        ['workspace/small', 0, ''],
        ['workspace/to small', 64, 'contents'],
      ] as const) {
        await ok(attempt(name, size));
        expect(Buffer.from(guest.bytes.slice(buffer, buffer + guest.u32(count))).toString()).toBe(text);
      }
      await expectErrno(attempt('workspace/none', 64), 'noent');
      await expectErrno(attempt('workspace', 64), 'isdir');
      await expectErrno(attempt('workspace/small/', 64), 'notdir');
      await expectErrno(attempt('workspace/to small', 64, 0), 'loop');
      await expectErrno(attempt('workspace/to outside', 64), 'notcapable');
      await expectErrno(attempt('dev/null', 64), 'spipe');
      await expectErrno(attempt('workspace/small', 16 * 1024 * 1024 + 1), 'inval');
      const { address, length } = guest.put('workspace/small');
      await expectErrno(guest.call('path_read', 3, 1, address, length, guest.bytes.length - 7, 8, count), 'fault');
      // What may not be read by a descriptor may not be read without one.
      const rights = guest.alloc(24);
      await ok(guest.call('fd_fdstat_get', 3, rights));
      await ok(
        guest.call('fd_fdstat_set_rights', 3, guest.view.getBigUint64(rights + 8, true), guest.view.getBigUint64(rights + 16, true) & ~2n),
      );
      await expectErrno(attempt('workspace/small', 64), 'notcapable');
    });
    expect(result.exit).toEqual({ kind: 'exited', code: 0 });
  });

  it('T17: a loop of links and a chain of 41 are ELOOP', async () => {
    symlinkSync('loop2', path.join(stage.folder, 'loop1'));
    symlinkSync('loop1', path.join(stage.folder, 'loop2'));
    for (let i = 0; i < 41; i++) symlinkSync(i === 0 ? 'a.txt' : `l${i - 1}`, path.join(stage.folder, `l${i}`));
    await stage.run(async (guest) => {
      const stat = async (name: string): Promise<number> => {
        const { address, length } = guest.put(name);
        return guest.call('path_filestat_get', 3, 1, address, length, guest.alloc(64));
      };
      await expectErrno(stat('workspace/loop1'), 'loop');
      await expectErrno(stat('workspace/l40'), 'loop');
      await ok(stat('workspace/l39'));
    });
  });

  it('T12: a FIFO in the folder is refused at once', async () => {
    execFileSync('mkfifo', [path.join(stage.folder, 'fifo')]);
    await stage.run(async (guest) => {
      const { address, length } = guest.put('workspace/fifo');
      const started = performance.now();
      for (const rights of [2n, 64n, 66n]) {
        await expectErrno(guest.call('path_open', 3, 1, address, length, 0, rights, 0n, 0, guest.alloc(4)), 'acces', 'rofs', 'notsup');
      }
      // An open that waits for the other end would wait for ever.
      expect(performance.now() - started).toBeLessThan(5000);
    });
  });

  it('needs a directory to look below, and a descriptor that may', async () => {
    await stage.run(async (guest) => {
      const file = await open(guest, 'workspace/a.txt');
      const { address, length } = guest.put('x');
      await expectErrno(guest.call('path_open', file, 0, address, length, 0, 2n, 0n, 0, guest.alloc(4)), 'notdir');
      const { reading } = await pipe(guest);
      await expectErrno(guest.call('path_create_directory', reading, address, length), 'notdir');
      await expectErrno(guest.call('fd_readdir', file, 4096, 100, 0n, 4096), 'notdir');
      await expectErrno(guest.call('path_open', 3, 8, address, length, 0, 2n, 0n, 0, guest.alloc(4)), 'inval');
      await expectErrno(guest.call('path_open', 3, 0, address, length, 64, 2n, 0n, 0, guest.alloc(4)), 'inval');
      await expectErrno(guest.call('path_open', 3, 0, address, length, 0, 1n << 40n, 0n, 0, guest.alloc(4)), 'notcapable');
    });
  });
});
