import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assemble } from '../../support/wat';
import { isHelp, parseWasmOptions } from '../../../src/cli/wasmOptions';

const cli = path.join(import.meta.dirname, '../../../dist/cli.cjs');
let folder = '';

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function sunaba(args: readonly string[], input = ''): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { ...process.env, XDG_STATE_HOME: path.join(folder, 'state'), GEMINI_API_KEY: 'AIza-secret' };
    const child = execFile(process.execPath, [cli, 'wasm', ...args], { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ status: error ? (typeof error.code === 'number' ? error.code : null) : 0, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

/** Copies standard input to standard output, then its environment, then exits 7. */
const echo = `(module
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 2)
  (func (export "_start")
    (i32.store (i32.const 1024) (i32.const 2048))
    (loop $more
      (i32.store (i32.const 1028) (i32.const 4096))
      (drop (call $read (i32.const 0) (i32.const 1024) (i32.const 1) (i32.const 1028)))
      (if (i32.load (i32.const 1028)) (then
        (drop (call $write (i32.const 1) (i32.const 1024) (i32.const 1) (i32.const 1032)))
        (br $more))))
    (drop (call $sizes (i32.const 1040) (i32.const 1028)))
    (drop (call $environ (i32.const 65536) (i32.const 2048)))
    (drop (call $write (i32.const 1) (i32.const 1024) (i32.const 1) (i32.const 1032)))
    (call $exit (i32.const 7))))`;
const spin = '(module (memory 1) (func (export "_start") (loop (br 0))))';
const grow =
  '(module (memory 1) (func (export "_start") (loop (br_if 0 (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) unreachable))';
const trap = '(module (memory 1) (func (export "_start") unreachable))';

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'sunaba-wasm-'));
  for (const [name, text] of Object.entries({ echo, spin, grow, trap })) {
    writeFileSync(path.join(folder, `${name}.wasm`), await assemble(text));
  }
  mkdirSync(path.join(folder, 'project'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('sunaba wasm', () => {
  it('passes the streams and the status through; T30: the environment is what was given alone', async () => {
    const ended = await sunaba(['--root', 'project', '--env', 'A=1', '--env=B=2', 'echo.wasm', '--help'], 'input\n');
    expect(ended).toEqual({ status: 7, stdout: 'input\nA=1\0B=2\0', stderr: '' });
  });

  it('gives 124 at the time limit, 137 out of memory, 134 at a trap, and says which setting it was', async () => {
    const [late, full, trapped] = await Promise.all([
      sunaba(['--timeout', '200', 'spin.wasm']),
      sunaba(['--memory', '16', 'grow.wasm']),
      sunaba(['trap.wasm']),
    ]);
    expect(late.status).toBe(124);
    expect(late.stderr).toContain('sunaba.limits.wallClockMs');
    expect(full.status).toBe(137);
    expect(full.stderr).toContain('sunaba.limits.processMemoryMib');
    expect(trapped.status).toBe(134);
  });

  it('gives 125 where Sunaba itself fails, and says why', async () => {
    writeFileSync(path.join(folder, 'broken.wasm'), 'no module');
    for (const args of [['missing.wasm'], ['broken.wasm'], ['--root', 'nowhere', 'trap.wasm']]) {
      const { status, stderr } = await sunaba(args);
      expect(status).toBe(125);
      expect(stderr).toMatch(/^sunaba: .+\n$/);
    }
  });

  it('writes the ledger where it is told to', async () => {
    expect((await sunaba(['--ledger', 'ledger.json', '--env', 'A=1', 'echo.wasm'])).status).toBe(7);
    expect(JSON.parse(readFileSync(path.join(folder, 'ledger.json'), 'utf8'))).toMatchObject({ bytesWritten: 0, written: [] });
  });

  it('takes its own options before FILE and leaves the rest to the program', () => {
    const options = parseWasmOptions(['--mount', '/', '--mode=auto', '--', 'a.wasm', '-x', '--mode', 'ask']);
    expect(options).toMatchObject({ mount: '/', mode: 'auto', file: 'a.wasm', args: ['-x', '--mode', 'ask'] });
    expect(isHelp(['a.wasm', '--help'])).toBe(false);
    expect(isHelp(['--mode', 'auto', '--help'])).toBe(true);
    for (const bad of [
      [],
      ['--nope', 'a'],
      ['--env', 'x', 'a'],
      ['--mount', 'x', 'a'],
      ['--mount', '/a/b', 'a'],
      ['--timeout', '0', 'a'],
      ['--mode', 'all', 'a'],
    ])
      expect(() => parseWasmOptions(bad)).toThrow();
  });
});
