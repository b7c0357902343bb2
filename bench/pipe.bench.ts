import { inSandbox, line, openSandbox, withFolder, writeGuests } from './guests/measure';
import { check } from './guests/wat';

/* Bytes from one guest to another through a pipe. Aims: 1 GB/s by 64 KiB, 0.3 GB/s by 4 KiB. */

/** Reads standard input to its end. */
const drain = `(module
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 4)
  (func (export "_start")
    (i32.store (i32.const 1024) (i32.const 65536))
    (i32.store (i32.const 1028) (i32.const 65536))
    (loop $again
      (br_if $again (i32.and (i32.eqz (call $fd_read (i32.const 0) (i32.const 1024) (i32.const 1) (i32.const 1032)))
        (i32.ne (i32.load (i32.const 1032)) (i32.const 0))))))
)`;

const u32 = (value: number): string => `\\${Buffer.from(Uint32Array.of(value).buffer).toString('hex').match(/../g)?.join('\\') ?? ''}`;
/** proc_spawn's request: the program `drain`, and its descriptor 0. */
const request = `${u32(5)}drain${u32(0)}${u32(0)}${u32(0)}${u32(1)}${u32(0)}`;
const requestLength = 5 + 7 * 4;

function writer(chunk: number, total: number) {
  return {
    needsSunaba: true,
    rounds: total / chunk,
    data: `(data (i32.const 2048) "${request}")`,
    setUp: `
      ${check('(call $fd_pipe (i32.const 1056))')}
      (i32.store (i32.const ${2048 + requestLength - 4}) (i32.load (i32.const 1056)))
      ${check(`(call $proc_spawn (i32.const 2048) (i32.const ${requestLength}) (i32.const 1064))`)}
      ${check('(call $fd_close (i32.load (i32.const 1056)))')}
      (i32.store (i32.const 1072) (i32.const 65536))
      (i32.store (i32.const 1076) (i32.const ${chunk}))`,
    round: check('(call $fd_write (i32.load (i32.const 1060)) (i32.const 1072) (i32.const 1) (i32.const 1048))'),
    finish: `
      ${check('(call $fd_close (i32.load (i32.const 1060)))')}
      ${check('(call $proc_wait (i32.const -1) (i32.const 0) (i32.const 1088))')}`,
  };
}

void withFolder(async (folder) => {
  const sandbox = openSandbox(folder, await writeGuests(folder, { drain }));
  try {
    for (const [chunk, total, aim] of [
      [65_536, 1 << 30, 1],
      [4096, 1 << 28, 0.3],
    ] as const) {
      const ns = await inSandbox(sandbox, writer(chunk, total));
      const rate = total / ns;
      line(`pipe of two guests, ${chunk / 1024} KiB writes`, `${rate.toFixed(2)} GB/s`, `aim ${aim} GB/s`, `${(rate / aim).toFixed(1)}×`);
    }
  } finally {
    await sandbox.dispose();
  }
});
