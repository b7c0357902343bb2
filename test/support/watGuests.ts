import { mailboxAddress, mailboxBytes } from '../../src/sandbox/mailbox';
import { assemble } from './wat';

const wasi = 'import "wasi_snapshot_preview1"';

/** Small guests in the text format, each for one question. */
const sources = {
  /** Writes `hello` and a line feed, then ends with 3. */
  hello: `(module
    (${wasi} "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (${wasi} "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 1024) "hello\\0a")
    (data (i32.const 2000) "\\00\\04\\00\\00\\06\\00\\00\\00")
    (func (export "_start")
      (drop (call $write (i32.const 1) (i32.const 2000) (i32.const 1) (i32.const 2100)))
      (call $exit (i32.const 3))))`,

  /** Ends with 1 where it finds anything in its memory but its mailbox, else fills all of it and ends with 0. */
  leftovers: `(module
    (${wasi} "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 2)
    (func (export "_start") (local $at i32) (local $left i32)
      (loop $next
        (if (i32.or (i32.lt_u (local.get $at) (i32.const ${mailboxAddress}))
            (i32.ge_u (local.get $at) (i32.const ${mailboxAddress + mailboxBytes}))) (then
          (local.set $left (i32.or (local.get $left) (i32.load8_u (local.get $at))))
          (i32.store8 (local.get $at) (i32.const 170))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $at) (i32.const 131072))))
      (call $exit (i32.ne (local.get $left) (i32.const 0)))))`,

  /** Copies its standard input to its standard output. */
  copy: `(module
    (${wasi} "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (${wasi} "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 2)
    (func (export "_start")
      (i32.store (i32.const 2000) (i32.const 65536))
      (loop $more
        (i32.store (i32.const 2004) (i32.const 65536))
        (if (call $read (i32.const 0) (i32.const 2000) (i32.const 1) (i32.const 2004)) (then unreachable))
        (if (i32.load (i32.const 2004)) (then
          (if (call $write (i32.const 1) (i32.const 2000) (i32.const 1) (i32.const 2100)) (then unreachable))
          (br $more))))))`,

  /** Opens argv[1] below descriptor 3, following links, prints up to 64 bytes of it, and ends with the errno of the open. */
  show: `(module
    (${wasi} "args_get" (func $args (param i32 i32) (result i32)))
    (${wasi} "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (${wasi} "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (${wasi} "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (${wasi} "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 2)
    (data (i32.const 2000) "\\00\\04\\00\\00\\40\\00\\00\\00")
    (func (export "_start") (local $path i32) (local $end i32) (local $errno i32)
      (drop (call $args (i32.const 3000) (i32.const 65536)))
      (local.set $path (i32.load (i32.const 3004)))
      (local.set $end (local.get $path))
      (loop $next (if (i32.load8_u (local.get $end)) (then
        (local.set $end (i32.add (local.get $end) (i32.const 1))) (br $next))))
      (local.set $errno (call $open (i32.const 3) (i32.const 1) (local.get $path) (i32.sub (local.get $end) (local.get $path))
        (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 2200)))
      (if (i32.eqz (local.get $errno)) (then
        (drop (call $read (i32.load (i32.const 2200)) (i32.const 2000) (i32.const 1) (i32.const 2004)))
        (drop (call $write (i32.const 1) (i32.const 2000) (i32.const 1) (i32.const 2100)))))
      (call $exit (local.get $errno))))`,

  /** Creates or replaces `made` below descriptor 3 with four bytes; ends with the errno of the open. */
  make: `(module
    (${wasi} "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (${wasi} "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (${wasi} "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 1024) "made")
    (data (i32.const 2000) "\\00\\04\\00\\00\\04\\00\\00\\00")
    (func (export "_start") (local $errno i32)
      (local.set $errno (call $open (i32.const 3) (i32.const 0) (i32.const 1024) (i32.const 4)
        (i32.const 9) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 2200)))
      (if (i32.eqz (local.get $errno)) (then
        (drop (call $write (i32.load (i32.const 2200)) (i32.const 2000) (i32.const 1) (i32.const 2100)))))
      (call $exit (local.get $errno))))`,

  /** Traps. */
  trap: '(module (memory 1) (func (export "_start") unreachable))',

  /** T48: calls nothing and never ends. */
  spin: '(module (memory 1) (func (export "_start") (loop (br 0))))',

  /** Never ends, inside an instruction that enters the engine. */
  growZero: '(module (memory 1) (func (export "_start") (loop (drop (memory.grow (i32.const 0))) (br 0))))',

  /** Never ends, inside one long instruction after another. */
  fill: `(module (memory 129) (func (export "_start")
    (loop (memory.fill (i32.const 65536) (i32.const 1) (i32.const 8388608)) (br 0))))`,

  /** T49: grows its memory by 16 pages until that fails; ends with the size in MiB. */
  grow: `(module
    (${wasi} "proc_exit" (func $exit (param i32)))
    (memory 1)
    (func (export "_start")
      (loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
      (call $exit (i32.shr_u (memory.size) (i32.const 4)))))`,

  /** Grows its memory to the cap, then traps. */
  growAndTrap: `(module (memory 1) (func (export "_start")
    (loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) unreachable))`,

  /** Asks for a gigabyte at once, which its cap does not allow, and gives up. */
  growALot: `(module (memory 1) (func (export "_start")
    (if (i32.eq (memory.grow (i32.const 16384)) (i32.const -1)) (then unreachable))))`,

  /** Is refused a gigabyte, goes on with a page, and traps for another reason. */
  growLess: `(module (memory 1) (func (export "_start")
    (drop (memory.grow (i32.const 16384))) (drop (memory.grow (i32.const 1))) unreachable))`,

  /** Is refused a gigabyte, writes a line about it, and gives up. */
  growAndSay: `(module
    (${wasi} "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory 1)
    (data (i32.const 1024) "oh\\0a")
    (data (i32.const 2000) "\\00\\04\\00\\00\\03\\00\\00\\00")
    (func (export "_start")
      (drop (memory.grow (i32.const 16384)))
      (drop (call $write (i32.const 2) (i32.const 2000) (i32.const 1) (i32.const 2100)))
      unreachable))`,

  /** Is refused a gigabyte, goes on with a call, and traps for another reason. */
  growAndGoOn: `(module
    (${wasi} "sched_yield" (func $yield (result i32)))
    (memory 1)
    (func (export "_start") (drop (memory.grow (i32.const 16384))) (drop (call $yield)) unreachable))`,

  /** Is refused a gigabyte, and divides by zero. */
  growAndDivide: `(module (memory 1) (func (export "_start")
    (drop (memory.grow (i32.const 16384))) (drop (i32.div_u (i32.const 1) (i32.const 0)))))`,

  /** Ends with 1 where any byte of its memory outside the mailbox is not zero, else fills all of it, and returns. */
  soil: `(module
    (${wasi} "proc_exit" (func $exit (param i32)))
    (memory 4)
    (func (export "_start") (local $at i32)
      (loop $next
        (if (i32.load8_u (local.get $at)) (then
          (if (i32.or (i32.lt_u (local.get $at) (i32.const 64)) (i32.ge_u (local.get $at) (i32.const 192))) (then (call $exit (i32.const 1))))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $at) (i32.const 262144))))
      (memory.fill (i32.const 0) (i32.const 255) (i32.const 64))
      (memory.fill (i32.const 192) (i32.const 255) (i32.sub (i32.const 262144) (i32.const 192)))))`,

  /** Fills all of its memory, the mailbox too, and traps. */
  soilAndTrap: `(module (memory 4) (func (export "_start")
    (memory.fill (i32.const 0) (i32.const 255) (i32.const 262144)) unreachable))`,

  /** Makes 100,000 of the cheapest calls there are. */
  calls: `(module
    (${wasi} "fd_tell" (func $tell (param i32 i32) (result i32)))
    (memory 1)
    (func (export "_start") (local $n i32)
      (loop $more
        (drop (call $tell (i32.const 99) (i32.const 2000)))
        (br_if $more (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 100000))))))`,

  /** Touches 200 MiB of its memory. */
  touch: `(module (memory 3200) (func (export "_start")
    (memory.fill (i32.const 1024) (i32.const 1) (i32.const 209714176))))`,

  /** T50: asks for 2^50 bytes in a new file, by both calls; ends with 1 (allocate refused) + 2 (size refused) + 4 (still empty). */
  huge: `(module
    (${wasi} "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (${wasi} "fd_allocate" (func $allocate (param i32 i64 i64) (result i32)))
    (${wasi} "fd_filestat_set_size" (func $resize (param i32 i64) (result i32)))
    (${wasi} "fd_filestat_get" (func $stat (param i32 i32) (result i32)))
    (${wasi} "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 1024) "huge")
    (func $refused (param $errno i32) (result i32)
      (i32.or (i32.eq (local.get $errno) (i32.const 22)) (i32.eq (local.get $errno) (i32.const 51))))
    (func (export "_start") (local $fd i32)
      (if (call $open (i32.const 3) (i32.const 0) (i32.const 1024) (i32.const 4) (i32.const 1)
        (i64.const 0x600140) (i64.const 0) (i32.const 0) (i32.const 2200)) (then unreachable))
      (local.set $fd (i32.load (i32.const 2200)))
      (call $exit (i32.add
        (i32.add (call $refused (call $allocate (local.get $fd) (i64.const 0) (i64.const 0x4000000000000)))
          (i32.mul (i32.const 2) (call $refused (call $resize (local.get $fd) (i64.const 0x4000000000000)))))
        (i32.mul (i32.const 4) (i32.and (i32.eqz (call $stat (local.get $fd) (i32.const 4096))) (i64.eqz (i64.load (i32.const 4128)))))))))`,

  /** T52: creates files a00, a01, … until that is refused; ends with the number it made. */
  manyFiles: `(module
    (${wasi} "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (${wasi} "fd_close" (func $close (param i32) (result i32)))
    (${wasi} "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 1024) "a00")
    (func (export "_start") (local $made i32)
      (loop $more
        (i32.store8 (i32.const 1025) (i32.add (i32.const 48) (i32.div_u (local.get $made) (i32.const 10))))
        (i32.store8 (i32.const 1026) (i32.add (i32.const 48) (i32.rem_u (local.get $made) (i32.const 10))))
        (if (i32.eqz (call $open (i32.const 3) (i32.const 0) (i32.const 1024) (i32.const 3) (i32.const 1) (i64.const 64)
          (i64.const 0) (i32.const 0) (i32.const 2200))) (then
          (drop (call $close (i32.load (i32.const 2200))))
          (local.set $made (i32.add (local.get $made) (i32.const 1)))
          (br $more))))
      (call $exit (local.get $made))))`,

  /** Calls itself without end, with some locals on the stack. */
  recurse: `(module (memory 1)
    (func $down (param i64 i64 i64 i64) (result i64)
      (i64.add (local.get 0) (call $down (local.get 1) (local.get 2) (local.get 3) (i64.add (local.get 0) (i64.const 1)))))
    (func (export "_start") (drop (call $down (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4)))))`,

  /** Does nothing. */
  nothing: '(module (memory 1) (func (export "_start")))',

  /** Prints its environment, each variable ended by NUL. */
  environment: `(module
    (${wasi} "environ_get" (func $environ (param i32 i32) (result i32)))
    (${wasi} "environ_sizes_get" (func $sizes (param i32 i32) (result i32)))
    (${wasi} "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 2)
    (func (export "_start")
      (drop (call $sizes (i32.const 2100) (i32.const 2004)))
      (drop (call $environ (i32.const 3000) (i32.const 65536)))
      (i32.store (i32.const 2000) (i32.const 65536))
      (drop (call $write (i32.const 1) (i32.const 2000) (i32.const 1) (i32.const 2100)))))`,
} as const;

export type WatGuest = keyof typeof sources;

/** One of the guests as a program to run. */
export async function watGuest(name: WatGuest): Promise<{ readonly name: string; readonly module: Uint8Array }> {
  return { name, module: await assemble(sources[name], name) };
}
