import { expect } from 'vitest';
import { errno, type ErrnoName } from '../../../src/staging/errno';
import type { Puppet } from './puppets';

/* What scripts of the tests do again and again, over the plain calls. */

export const allRights = (1n << 30n) - 1n;
/** What a regular file can be opened with. */
export const allFileRights = 0b1000_1110_0000_0000_0001_1111_1111n;

const names = Object.fromEntries(Object.entries(errno).map(([name, value]) => [value, name]));

/** An errno's name, for readable assertions. */
export function named(value: number): string {
  return names[value] ?? String(value);
}

export async function expectErrno(result: Promise<number>, ...expected: ErrnoName[]): Promise<void> {
  expect(expected).toContain(named(await result));
}

export async function ok(result: Promise<number>): Promise<void> {
  expect(named(await result)).toBe('success');
}

export async function open(
  guest: Puppet,
  path: string,
  options: { fd?: number; oflags?: number; rights?: bigint; fdflags?: number; follow?: boolean } = {},
): Promise<number> {
  const at = guest.put(path);
  const out = guest.alloc(4);
  const stat = guest.alloc(24);
  await ok(guest.call('fd_fdstat_get', options.fd ?? 3, stat));
  const inheriting = guest.u64(stat + 16);
  const rights = options.rights ?? inheriting & ~(1n << 6n) & ~(1n << 8n) & ~(1n << 22n);
  await ok(
    guest.call(
      'path_open',
      options.fd ?? 3,
      options.follow === false ? 0 : 1,
      at.address,
      at.length,
      options.oflags ?? 0,
      rights,
      inheriting,
      options.fdflags ?? 0,
      out,
    ),
  );
  return guest.u32(out);
}

export async function write(guest: Puppet, fd: number, data: string | Uint8Array): Promise<number> {
  const { address, length } = guest.put(data);
  const out = guest.alloc(4);
  await ok(guest.call('fd_write', fd, guest.iov(address, length), 1, out));
  return guest.u32(out);
}

export async function read(guest: Puppet, fd: number, most: number): Promise<string> {
  const address = guest.alloc(most);
  const out = guest.alloc(4);
  await ok(guest.call('fd_read', fd, guest.iov(address, most), 1, out));
  return guest.text(address, guest.u32(out));
}

export async function pipe(guest: Puppet): Promise<{ reading: number; writing: number }> {
  const fds = guest.alloc(8);
  await ok(guest.call('fd_pipe', fds));
  return { reading: guest.u32(fds), writing: guest.u32(fds + 4) };
}

/** Encodes a request of `proc_spawn`. */
export function spawnRequest(request: {
  program: string;
  cwd?: string;
  args?: readonly string[];
  env?: readonly string[];
  fds?: readonly (readonly [child: number, parent: number])[];
}): Uint8Array {
  const parts: Buffer[] = [];
  const u32 = (value: number): void => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    parts.push(bytes);
  };
  const string = (text: string): void => {
    const bytes = Buffer.from(text);
    u32(bytes.length);
    parts.push(bytes);
  };
  const strings = (list: readonly string[]): void => {
    u32(list.length);
    for (const item of list) string(item);
  };
  string(request.program);
  string(request.cwd ?? '');
  strings(request.args ?? [request.program]);
  strings(request.env ?? []);
  const fds = request.fds ?? [
    [0, 0],
    [1, 1],
    [2, 2],
  ];
  u32(fds.length);
  for (const [child, parent] of fds) {
    u32(child);
    u32(parent);
  }
  return Buffer.concat(parts);
}

export async function spawn(guest: Puppet, request: Parameters<typeof spawnRequest>[0]): Promise<number> {
  const { address, length } = guest.put(spawnRequest(request));
  const out = guest.alloc(4);
  await ok(guest.call('proc_spawn', address, length, out));
  return guest.u32(out);
}

export async function wait(guest: Puppet, pid = -1, flags = 0): Promise<{ pid: number; kind: number; code: number }> {
  const out = guest.alloc(12);
  await ok(guest.call('proc_wait', pid, flags, out));
  return { pid: guest.u32(out), kind: guest.u32(out + 4), code: guest.u32(out + 8) };
}
