import { errno, fsError } from '../../../staging/errno';
import type { SetTimes, Stat } from '../../../staging/vfs';
import { fdflag, filetype } from '../description';
import type { GuestMemory } from '../guestMemory';
import type { Args } from '../mailbox';
import type { Process } from '../process';
import { allRights, right } from '../rights';
import { clockNs } from './clocks';
import type { Handler } from './handler';

export const filestatBytes = 64;
const fdstatBytes = 24;
const allFdflags = fdflag.append | fdflag.dsync | fdflag.nonblock | fdflag.rsync | fdflag.sync;

export function writeFilestat(memory: GuestMemory, pointer: number, stat: Stat, type: number): void {
  memory.check(pointer, filestatBytes);
  const { view } = memory;
  view.setBigUint64(pointer, stat.dev, true);
  view.setBigUint64(pointer + 8, stat.ino, true);
  view.setBigUint64(pointer + 16, BigInt(type), true);
  view.setBigUint64(pointer + 24, BigInt(stat.nlink), true);
  view.setBigUint64(pointer + 32, BigInt(stat.size), true);
  view.setBigUint64(pointer + 40, stat.atimeNs, true);
  view.setBigUint64(pointer + 48, stat.mtimeNs, true);
  view.setBigUint64(pointer + 56, stat.ctimeNs, true);
}

/** `fstflags` with their two times; EINVAL where a time is both given and to be now. */
export function toTimes(process: Process, atimeNs: bigint, mtimeNs: bigint, flags: number): SetTimes {
  if (flags & ~15 || (flags & 3) === 3 || (flags & 12) === 12) throw fsError('inval');
  const now = flags & 10 ? clockNs(process, 0) : 0n;
  return { atimeNs: flags & 1 ? atimeNs : flags & 2 ? now : null, mtimeNs: flags & 4 ? mtimeNs : flags & 8 ? now : null };
}

/** Rights as far as there are any: unknown bits stand for nothing that could be granted. */
export function toRights(args: Args, index: number): number {
  const rights = args.size(index);
  if (rights > allRights) throw fsError('notcapable');
  return rights;
}

export const statusCalls = {
  fd_fdstat_get: (process, args) => {
    const { memory } = process;
    const { description, rights, inheriting } = process.descriptors.get(args.u32(0));
    const pointer = args.u32(1);
    memory.check(pointer, fdstatBytes);
    memory.view.setUint32(pointer, description.filetype | (description.flags << 16), true);
    memory.view.setUint32(pointer + 4, 0, true);
    memory.view.setBigUint64(pointer + 8, BigInt(rights), true);
    memory.view.setBigUint64(pointer + 16, BigInt(inheriting), true);
    return errno.success;
  },
  fd_fdstat_set_flags: (process, args) => {
    const { description } = process.descriptors.get(args.u32(0), right.fd_fdstat_set_flags);
    const flags = args.u32(1);
    if (flags & ~allFdflags) throw fsError('inval');
    description.setFlags(flags);
    return errno.success;
  },
  fd_fdstat_set_rights: (process, args) => {
    const descriptor = process.descriptors.get(args.u32(0));
    const rights = toRights(args, 1);
    const inheriting = toRights(args, 2);
    if (rights & ~descriptor.rights || inheriting & ~descriptor.inheriting) throw fsError('notcapable');
    descriptor.rights = rights;
    descriptor.inheriting = inheriting;
    return errno.success;
  },
  fd_filestat_get: (process, args) => {
    const { description } = process.descriptors.get(args.u32(0), right.fd_filestat_get);
    writeFilestat(process.memory, args.u32(1), description.stat(), description.filetype);
    return errno.success;
  },
  fd_filestat_set_size: (process, args) => {
    const { description } = process.descriptors.get(args.u32(0), right.fd_filestat_set_size);
    description.setSize(process.accessor, args.size(1));
    return errno.success;
  },
  fd_filestat_set_times: (process, args) => {
    const { description } = process.descriptors.get(args.u32(0), right.fd_filestat_set_times);
    description.setTimes(process.accessor, toTimes(process, args.u64(1), args.u64(2), args.u32(3)));
    return errno.success;
  },
  fd_allocate: (process, args) => {
    const { description } = process.descriptors.get(args.u32(0), right.fd_allocate);
    description.allocate(process.accessor, args.size(1), args.size(2));
    return errno.success;
  },
  fd_advise: (process, args) => {
    process.descriptors.get(args.u32(0), right.fd_advise);
    if (args.u32(3) > 5) throw fsError('inval');
    return errno.success;
  },
  fd_datasync: (process, args) => {
    process.descriptors.get(args.u32(0), right.fd_datasync).description.sync();
    return errno.success;
  },
  fd_sync: (process, args) => {
    process.descriptors.get(args.u32(0), right.fd_sync).description.sync();
    return errno.success;
  },
  fd_seek: (process, args) => {
    const delta = args.offset(1);
    const whence = args.u32(2);
    if (whence > 2) throw fsError('inval');
    const { description, rights } = process.descriptors.get(args.u32(0));
    const needed = delta === 0 && whence === 1 ? right.fd_tell | right.fd_seek : right.fd_seek;
    // Streams lack the right because they cannot be sought: say that.
    if (!(rights & needed))
      throw fsError(description.rights & right.fd_seek ? 'notcapable' : description.filetype === filetype.directory ? 'isdir' : 'spipe');
    const result = args.u32(3);
    process.memory.check(result, 8);
    process.memory.setU64(result, BigInt(description.seek(delta, whence)));
    return errno.success;
  },
  fd_tell: (process, args) => {
    const { description } = process.descriptors.get(args.u32(0), right.fd_tell);
    process.memory.setU64(args.u32(1), BigInt(description.seek(0, 1)));
    return errno.success;
  },
  fd_chmod: (process, args) => {
    const mode = args.u32(1);
    if (mode & ~0o7777) throw fsError('inval');
    process.descriptors.get(args.u32(0), right.fd_filestat_set_times).description.chmod(process.accessor, mode);
    return errno.success;
  },
  fd_mode: (process, args) => {
    const { description } = process.descriptors.get(args.u32(0), right.fd_filestat_get);
    process.memory.setU32(args.u32(1), description.stat().mode);
    return errno.success;
  },
} as const satisfies Record<string, Handler>;
