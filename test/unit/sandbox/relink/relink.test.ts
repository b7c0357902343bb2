import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { calls } from '../../../../src/sandbox/calls';
import { mailbox, mailboxAddress as usualAddress, mailboxState, refusedGrowth } from '../../../../src/sandbox/mailbox';
import { relink } from '../../../../src/sandbox/relink/relink';
import { RelinkError, type RelinkFault } from '../../../../src/sandbox/relink/relinkError';
import { assemble } from '../../../support/wat';

const start = '(func (export "_start"))';

function faultOf(bytes: Uint8Array): { fault: RelinkFault; message: string } {
  try {
    relink(bytes);
  } catch (error) {
    if (error instanceof RelinkError) return error;
    throw error;
  }
  throw new Error('the module was accepted');
}

/** Runs a relinked module in a worker; `answer` plays the kernel until it says to die. */
async function runGuest(bytes: Uint8Array, spin: number, answer: (call: string, args: DataView, memory: Uint8Array) => number | 'die') {
  const linked = relink(bytes);
  const memory = new WebAssembly.Memory({ initial: linked.initialPages, maximum: linked.maximumPages, shared: true });
  const words = new Int32Array(memory.buffer);
  const { mailboxAddress } = linked;
  const at = (offset: number) => (mailboxAddress + offset) / 4;
  Atomics.store(words, at(mailbox.spin), spin);
  const worker = new Worker(
    `const { workerData: { module, memory }, parentPort } = require('worker_threads');
     let trap = null;
     try { new WebAssembly.Instance(module, { env: { memory } }).exports._start(); } catch (error) { trap = String(error); }
     parentPort.postMessage(trap);`,
    { eval: true, workerData: { module: new WebAssembly.Module(linked.bytes), memory } },
  );
  const ended = new Promise<string | null>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  const asked: string[] = [];
  for (;;) {
    Atomics.store(words, at(mailbox.armed), 1);
    if (Atomics.load(words, at(mailbox.state)) !== mailboxState.asked) {
      const waiting = Atomics.waitAsync(words, at(mailbox.armed), 1, 5000);
      if (waiting.async && (await waiting.value) === 'timed-out') throw new Error('the guest never called');
      if (Atomics.load(words, at(mailbox.state)) !== mailboxState.asked) continue;
    }
    const name = calls[words[at(mailbox.call)] ?? -1]?.[1] ?? '?';
    asked.push(name);
    const result = answer(name, new DataView(memory.buffer, mailboxAddress + mailbox.args), new Uint8Array(memory.buffer));
    if (result === 'die') {
      Atomics.store(words, at(mailbox.state), mailboxState.die);
    } else {
      words[at(mailbox.result)] = result;
      Atomics.store(words, at(mailbox.state), mailboxState.answered);
    }
    if (Atomics.load(words, at(mailbox.sleeping)) === 1) Atomics.notify(words, at(mailbox.state));
    if (result === 'die') return { asked, trap: await ended };
  }
}

describe('relink', () => {
  it.each([0, 1000])('a call reaches the kernel with its arguments, and its result the guest (spin %i)', async (spin) => {
    const bytes = await assemble(`(module
      (import "wasi_snapshot_preview1" "fd_seek" (func $seek (param i32 i64 i32 i32) (result i32)))
      (import "sunaba" "proc_getpid" (func $getpid (param i32) (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 2)
      (func (export "_start")
        (drop (call $getpid (i32.const 4096)))
        (call $exit (i32.add (call $seek (i32.const 7) (i64.const -5000000000) (i32.const 2) (i32.const 99)) (i32.load (i32.const 4096))))))`);
    let seek: unknown[] = [];
    let code = -1;
    const { asked, trap } = await runGuest(bytes, spin, (call, args, memory) => {
      if (call === 'fd_seek') {
        seek = [args.getInt32(0, true), args.getBigInt64(8, true), args.getInt32(16, true), args.getInt32(24, true)];
        return 29;
      }
      if (call === 'proc_getpid') {
        memory[args.getInt32(0, true)] = 13;
        return 0;
      }
      code = args.getInt32(0, true);
      return 'die';
    });
    expect(asked).toEqual(['proc_getpid', 'fd_seek', 'proc_exit']);
    expect(seek).toEqual([7, -5000000000n, 2, 99]);
    expect(code).toBe(42);
    expect(trap).toContain('unreachable');
  });

  it('a program that returns from _start calls proc_exit(0), even where it does not import it', async () => {
    let code = -1;
    const { asked } = await runGuest(await assemble(`(module ${start})`), 0, (_call, args) => {
      code = args.getInt32(0, true);
      return 'die';
    });
    expect(asked).toEqual(['proc_exit']);
    expect(code).toBe(0);
  });

  it('function references, tables and a start section keep their meaning', async () => {
    const bytes = await assemble(`(module
      (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (table 2 funcref) (elem (i32.const 0) $yield $answer)
      (type $give (func (result i32)))
      (memory 1 4) (data (i32.const 1024) "x")
      (global $seen (mut i32) (i32.const 0))
      (func $answer (result i32) i32.const 40)
      (func $init (global.set $seen (i32.const 1)))
      (start $init)
      (func (export "_start")
        (call $exit (i32.add (global.get $seen)
          (i32.add (call_indirect (type $give) (i32.const 0)) (call_indirect (type $give) (i32.const 1)))))))`);
    let code = -1;
    await runGuest(bytes, 0, (call, args) => {
      if (call === 'sched_yield') return 1;
      code = args.getInt32(0, true);
      return 'die';
    });
    expect(code).toBe(42);
    expect(relink(bytes)).toMatchObject({ initialPages: 1, maximumPages: 4 });
  });

  it('a growth of the memory gives what it gave, and what was refused is noted in the mailbox', async () => {
    const bytes = await assemble(`(module
      (import "wasi_snapshot_preview1" "fd_close" (func $tell (param i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_seek" (func $seek (param i32 i64 i32 i32) (result i32)))
      (memory 2 10)
      (func $grow (param i32) (result i32) (local v128 f64)
        (drop (f64.const 2.5)) (block (br_table 0 0 (i32.const 64)))
        (if (result i32) (i32.const 1) (then (memory.grow (local.get 0))) (else unreachable)))
      (func (export "_start")
        (drop (call $tell (call $grow (i32.const 3))))
        (drop (call $tell (memory.grow (i32.const 6))))
        (drop (call $tell (i32.add (memory.grow (i32.const 5)) (memory.size))))))`);
    const told: unknown[] = [];
    await runGuest(bytes, 0, (call, args, memory) => {
      if (call !== 'fd_close') return 'die';
      const refused = new DataView(memory.buffer).getUint32(usualAddress + refusedGrowth, true);
      told.push([args.getInt32(0, true), refused, memory.length / 65_536]);
      return 0;
    });
    expect(told).toEqual([
      [2, 0, 5],
      [-1, 6, 5],
      [5 + 10, 0, 10],
    ]);
  });

  it('a killed guest traps where it is about to ask, without asking', async () => {
    const bytes = await assemble(`(module
      (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
      (memory 1) (func (export "_start") (loop (drop (call $yield)) (br 0))))`);
    const linked = relink(bytes);
    const memory = new WebAssembly.Memory({ initial: 1, maximum: linked.maximumPages, shared: true });
    const words = new Int32Array(memory.buffer);
    Atomics.store(words, (usualAddress + mailbox.state) / 4, mailboxState.die);
    const instance = new WebAssembly.Instance(new WebAssembly.Module(linked.bytes), { env: { memory } });
    expect(() => (instance.exports['_start'] as () => void)()).toThrow('unreachable');
  });

  it('the result imports one shared memory and nothing else, and drops custom sections', async () => {
    const module = new WebAssembly.Module(
      relink(await assemble(`(module (import "env" "memory" (memory 1 2 shared)) (func $named (export "_start")))`)).bytes,
    );
    expect(WebAssembly.Module.imports(module)).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
    expect(WebAssembly.Module.customSections(module, 'name')).toEqual([]);
  });

  it.each<[RelinkFault, string, string]>([
    ['unknown import', '(module (import "env" "system" (func (param i32) (result i32))) (memory 1) START)', '"env" "system"'],
    ['unknown import', '(module (import "wasi_snapshot_preview1" "fd_sneeze" (func)) (memory 1) START)', 'fd_sneeze'],
    ['unknown import', '(module (import "env" "t" (table 1 funcref)) (memory 1) START)', 'table "env" "t"'],
    ['unknown import', '(module (import "env" "g" (global i32)) (memory 1) START)', 'global "env" "g"'],
    ['import type', '(module (import "wasi_snapshot_preview1" "fd_close" (func (param i64) (result i32))) (memory 1) START)', 'fd_close'],
    ['import type', '(module (import "wasi_snapshot_preview1" "proc_exit" (func (param i32) (result i32))) (memory 1) START)', 'proc_exit'],
    ['no start', '(module (memory 1) (func (export "main")))', '_start'],
    ['no start', '(module (memory 1) (func (export "_start") (param i32)))', '_start'],
    ['memory', '(module (memory 1) (memory 1) START)', 'two|2 memories'],
  ])('refuses by name: %s in %s', async (fault, text, said) => {
    const error = faultOf(await assemble(text.replace('START', start)));
    expect(error.fault).toBe(fault);
    expect(error.message).toMatch(new RegExp(said));
  });

  it('data below and above the mailbox is no fault', async () => {
    const bytes = await assemble(`(module (memory 1) (data (i32.const 0) "0123456789") (data (i32.const 184) "x") ${start})`);
    expect(() => relink(bytes)).not.toThrow();
  });

  it('a module that has data where the mailbox is as a rule gets a fixed memory, and the mailbox at its end', async () => {
    const bytes = await assemble(`(module
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1) (data (i32.const 8) "${'x'.repeat(300)}")
      (func (export "_start") (local $at i32) (local $sum i32)
        (local.set $at (i32.const 8))
        (loop $next
          (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $at))))
          (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (i32.const 308))))
        (call $exit (local.get $sum))))`);
    expect(relink(bytes)).toMatchObject({ initialPages: 1024, maximumPages: 1024, mailboxAddress: 1023 * 65_536 });
    let code = -1;
    await runGuest(bytes, 0, (_call, args) => {
      code = args.getInt32(0, true);
      return 'die';
    });
    expect(code).toBe(300 * 'x'.charCodeAt(0));
  });

  it('a module that has data there and takes all memory is refused', async () => {
    expect(faultOf(await assemble(`(module (memory 65536) (data (i32.const 100) "x") ${start})`)).fault).toBe('data in the mailbox');
  });

  it('refuses what is no module, a component, and another version', () => {
    expect(faultOf(new Uint8Array()).fault).toBe('not a module');
    expect(faultOf(new TextEncoder().encode('#!/bin/sh\necho')).fault).toBe('not a module');
    expect(faultOf(Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0)).fault).toBe('component');
    expect(faultOf(Uint8Array.of(0, 0x61, 0x73, 0x6d, 2, 0, 0, 0)).fault).toBe('unsupported');
  });
});
