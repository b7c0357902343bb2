import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fdflag } from '../../../../src/sandbox/kernel/description';
import { Pipe, PipeReader, PipeWriter, atomicBytes, pipeBytes } from '../../../../src/sandbox/kernel/pipe';
import { silent } from '../../../../src/staging/silentAccessor';
import { expectErrno, named, ok, pipe, read, spawn, wait, write } from '../../../support/kernel/guestCalls';
import { Stage } from '../../../support/kernel/stage';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => stage.dispose());

const readAll = async (guest: Parameters<typeof read>[0], fd: number, most: number): Promise<number> => {
  let total = 0;
  for (let text = await read(guest, fd, most); text !== ''; text = await read(guest, fd, most)) total += text.length;
  return total;
};

describe('pipes between guests', () => {
  it('hold 64 KiB, then the writer waits until somebody reads; all of it arrives', async () => {
    const bytes = 300_000;
    stage.program('reader', async (guest) => {
      await write(guest, 1, `${await readAll(guest, 0, 10_000)}`);
    });
    const result = await stage.run(async (guest) => {
      const { reading, writing } = await pipe(guest);
      expect(await write(guest, writing, 'x'.repeat(pipeBytes))).toBe(pipeBytes);
      const pid = await spawn(guest, {
        program: 'reader',
        fds: [
          [0, reading],
          [1, 1],
        ],
      });
      await ok(guest.call('fd_close', reading));
      expect(await write(guest, writing, 'y'.repeat(bytes))).toBe(bytes);
      await ok(guest.call('fd_close', writing));
      expect((await wait(guest, pid)).code).toBe(0);
    });
    expect(Buffer.from(result.stdout.head).toString()).toBe(String(bytes + pipeBytes));
  });

  it('a write that nobody will read ends the writer by signal 13, or gives EPIPE where that is ignored', async () => {
    stage.program('writer', async (guest) => {
      await write(guest, 1, 'x');
      const iov = guest.iov(guest.alloc(8), 8);
      const out = guest.alloc(4);
      let result: number;
      do result = await guest.call('fd_write', 1, iov, 1, out);
      while (result === 0);
      expect(named(result)).toBe('pipe');
    });
    await stage.run(async (guest) => {
      const { reading, writing } = await pipe(guest);
      const fds = [[1, writing]] as const;
      const pid = await spawn(guest, { program: 'writer', fds });
      await read(guest, reading, 1);
      await ok(guest.call('fd_close', reading));
      expect(await wait(guest, pid)).toEqual({ pid, kind: 1, code: 13 });

      const second = await pipe(guest);
      await ok(guest.call('proc_sigignore', 1n << 12n));
      const other = await spawn(guest, { program: 'writer', fds: [[1, second.writing]] });
      await read(guest, second.reading, 1);
      await ok(guest.call('fd_close', second.reading));
      expect(await wait(guest, other)).toEqual({ pid: other, kind: 0, code: 0 });
    });
  });

  it('a reader of lines leaves what is behind the line to others, whatever way the bytes come', async () => {
    const lines = ['', 'x', 'y'.repeat(5000), 'z'.repeat(70_000), 'the end without a newline'];
    stage.program('writer', async (guest) => {
      await write(guest, 1, lines.join('\n'));
    });
    await stage.run(async (guest) => {
      const { reading, writing } = await pipe(guest);
      const buffer = guest.alloc(4096);
      const count = guest.alloc(4);
      const line = async (): Promise<string> => {
        let text = '';
        for (;;) {
          await ok(guest.call('fd_read_until', reading, buffer, 4096, 10, count));
          const bytes = guest.view.getUint32(count, true);
          text += Buffer.from(guest.bytes.slice(buffer, buffer + bytes)).toString();
          if (bytes === 0 || text.endsWith('\n')) return text;
        }
      };
      const pid = await spawn(guest, { program: 'writer', fds: [[1, writing]] });
      await ok(guest.call('fd_close', writing));
      for (const text of lines.slice(0, 3)) expect(await line()).toBe(`${text}\n`);
      expect(await read(guest, reading, 1)).toBe('z');
      expect(await line()).toBe(`${lines[3]?.slice(1)}\n`);
      expect(await line()).toBe(lines[4]);
      expect(await line()).toBe('');
      await wait(guest, pid);
      await expectErrno(guest.call('fd_read_until', reading, buffer, 4096, 256, count), 'inval');
    });
  });

  it('a writer that waits learns that the reader has gone', async () => {
    stage.program('writer', async (guest) => {
      await write(guest, 1, 'x'.repeat(pipeBytes + 1));
    });
    await stage.run(async (guest) => {
      const { reading, writing } = await pipe(guest);
      const pid = await spawn(guest, { program: 'writer', fds: [[1, writing]] });
      await ok(guest.call('fd_close', writing));
      await read(guest, reading, 0);
      const poll = guest.alloc(48);
      guest.view.setUint32(poll + 24, 20_000_000, true);
      await ok(guest.call('poll_oneoff', poll, guest.alloc(32), 1, guest.alloc(4)));
      await ok(guest.call('fd_close', reading));
      const status = await wait(guest, pid);
      // Some of it was taken before: a short count first, the signal at the next write.
      expect([0, 1]).toContain(status.kind);
    });
  });

  it('without blocking: EAGAIN where nothing can be moved, a short count where the pipe fills up', async () => {
    await stage.run(async (guest) => {
      const { reading, writing } = await pipe(guest);
      for (const fd of [reading, writing]) await ok(guest.call('fd_fdstat_set_flags', fd, 4));
      await expectErrno(guest.call('fd_read', reading, guest.iov(guest.alloc(8), 8), 1, guest.alloc(4)), 'again');
      expect(await write(guest, writing, 'x'.repeat(pipeBytes + 5))).toBe(pipeBytes);
      await expectErrno(guest.call('fd_write', writing, guest.iov(guest.alloc(8), 8), 1, guest.alloc(4)), 'again');
      expect((await read(guest, reading, 100)).length).toBe(100);
      // Up to 4096 bytes go whole or not at all.
      await expectErrno(guest.call('fd_write', writing, guest.iov(4096, 200), 1, guest.alloc(4)), 'again');
    });
  });

  it('cannot be sought, and say so', async () => {
    await stage.run(async (guest) => {
      const { reading, writing } = await pipe(guest);
      await expectErrno(guest.call('fd_seek', reading, 0n, 1, guest.alloc(8)), 'spipe');
      await expectErrno(guest.call('fd_read', writing, guest.iov(4096, 8), 1, guest.alloc(4)), 'notcapable');
      await expectErrno(guest.call('fd_pread', reading, guest.iov(4096, 8), 1, 0n, guest.alloc(4)), 'spipe');
    });
  });
});

/** A model of both ends: what is written, in order, is what is read, whoever waits for whom. */
type Step = { readonly kind: 'write' | 'read' | 'line' | 'quiet'; readonly bytes: number };

describe('the pipe itself', () => {
  /** What ends a line in bytes that count from 0 to 250. */
  const newline = 7;
  const step: fc.Arbitrary<Step> = fc.record({
    kind: fc.constantFrom('write' as const, 'read' as const, 'line' as const, 'quiet' as const),
    bytes: fc.oneof(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: atomicBytes - 2, max: atomicBytes + 2 }),
      fc.integer({ min: 1, max: 3 * pipeBytes }),
    ),
  });

  it('gives every byte once and in order, for any writes and reads that wait for each other', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const later: (() => void)[] = [];
        const quiet = (): void => later.splice(0).forEach((callback) => callback());
        const shared = new Pipe((callback) => later.push(callback));
        const reader = new PipeReader(shared);
        const writer = new PipeWriter(shared);
        let wrote = 0;
        let got = 0;
        let waitingWrites = 0;
        let waitingReads = 0;
        const fill = (length: number): Uint8Array => {
          const data = new Uint8Array(length);
          for (let i = 0; i < length; i++) data[i] = (wrote + i) % 251;
          wrote += length;
          return data;
        };
        const take = (view: Uint8Array, length: number): void => {
          for (let i = 0; i < length; i++) if (view[i] !== (got + i) % 251) throw new Error(`byte ${got + i} is wrong`);
          got += length;
        };
        for (const { kind, bytes } of steps) {
          if (kind === 'quiet') quiet();
          else if (kind === 'write') {
            const views = [fill(bytes)];
            const done = writer.write(silent, views, bytes);
            if (done === bytes) continue;
            waitingWrites++;
            writer.queueWrite({ views, total: bytes, written: Math.max(0, done), settle: () => waitingWrites-- });
          } else {
            const view = new Uint8Array(bytes);
            const until = kind === 'line' ? newline : undefined;
            const took = (length: number): void => {
              if (until !== undefined && view.subarray(0, Math.max(0, length - 1)).includes(until)) throw new Error('more than a line');
              take(view, length);
            };
            const done = until === undefined ? reader.read(silent, [view]) : reader.readUntil(view, until);
            if (done >= 0) took(done);
            else {
              waitingReads++;
              reader.queueRead({
                views: [view],
                ...(until === undefined ? {} : { until }),
                settle: (length) => {
                  waitingReads--;
                  took(length);
                },
              });
            }
          }
          // Never both: a byte would be held back from who waits for it.
          expect(waitingWrites > 0 && waitingReads > 0).toBe(false);
        }
        quiet();
        reader.flags = fdflag.nonblock;
        for (let drained = 1; drained > 0 && waitingReads === 0;) {
          const view = new Uint8Array(7777);
          drained = reader.read(silent, [view]);
          if (drained > 0) take(view, drained);
        }
        if (waitingReads === 0) expect({ got, waitingWrites }).toEqual({ got: wrote, waitingWrites: 0 });
      }),
      { numRuns: 300 },
    );
  });
});
