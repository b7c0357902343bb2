/* Small guests that measure themselves: each prints, as 8 bytes, the nanoseconds that its loop took. */

const imports = {
  sched_yield: '(result i32)',
  clock_time_get: '(param i32 i64 i32) (result i32)',
  fd_write: '(param i32 i32 i32 i32) (result i32)',
  fd_read: '(param i32 i32 i32 i32) (result i32)',
  fd_close: '(param i32) (result i32)',
  fd_filestat_get: '(param i32 i32) (result i32)',
  path_open: '(param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)',
  proc_exit: '(param i32)',
};
const own = {
  proc_spawn: '(param i32 i32 i32) (result i32)',
  proc_wait: '(param i32 i32 i32) (result i32)',
  fd_pipe: '(param i32) (result i32)',
};

export interface BenchGuest {
  /** Before the clock starts. */
  readonly setUp?: string;
  /** What one round does; `$i` counts the rounds. */
  readonly round: string;
  /** After the last round, still on the clock. */
  readonly finish?: string;
  readonly rounds: number;
  readonly data?: string;
  readonly needsSunaba?: boolean;
  readonly pages?: number;
}

/** Leaves the program with the result as its status where a call failed. */
export const check = (call: string): string => `(call $check ${call})`;

export function benchGuest(guest: BenchGuest): string {
  const list = (module: string, from: Readonly<Record<string, string>>): string =>
    Object.entries(from)
      .map(([name, type]) => `(import "${module}" "${name}" (func $${name} ${type}))`)
      .join('\n');
  return `(module
    ${list('wasi_snapshot_preview1', imports)}
    ${guest.needsSunaba ? list('sunaba', own) : ''}
    (memory (export "memory") ${guest.pages ?? 4})
    ${guest.data ?? ''}
    (func $check (param $errno i32)
      (if (local.get $errno) (then (call $proc_exit (local.get $errno)))))
    (func $now (result i64)
      ${check('(call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 1024))')}
      (i64.load (i32.const 1024)))
    (func (export "_start") (local $i i32) (local $start i64)
      ${guest.setUp ?? ''}
      (local.set $start (call $now))
      (loop $again
        ${guest.round}
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $i) (i32.const ${guest.rounds}))))
      ${guest.finish ?? ''}
      (i64.store (i32.const 1032) (i64.sub (call $now) (local.get $start)))
      (i32.store (i32.const 1040) (i32.const 1032))
      (i32.store (i32.const 1044) (i32.const 8))
      ${check('(call $fd_write (i32.const 1) (i32.const 1040) (i32.const 1) (i32.const 1048))')})
  )`;
}
