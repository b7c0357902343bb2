import { Buffer } from 'node:buffer';
import { errno, fsError } from '../../../staging/errno';
import type { Opened, Stat } from '../../../staging/vfs';
import { fdflag, filetype, type Description } from '../description';
import { Device, isPlainDevice } from '../device';
import { Directory, toFiletype } from '../directory';
import { maxTransfer } from '../guestMemory';
import type { Args } from '../mailbox';
import type { Process } from '../process';
import { RegularFile } from '../regularFile';
import { right, type RightName } from '../rights';
import type { Handler } from './handler';
import { filestatBytes, toRights, toTimes, writeFilestat } from './statusCalls';

const oflag = { creat: 1, directory: 2, excl: 4, trunc: 8 } as const;

const lookingOnly = { read: true, write: false, create: false, exclusive: false, truncate: false, directory: false, follow: true };

interface Place {
  readonly base: Directory['directory'];
  readonly path: string;
}

/** The directory and path that three arguments from `index` on name. */
function place(process: Process, args: Args, index: number, needed: RightName, pathIndex = index + 1): Place {
  const { directory } = process.descriptors.directory(args.u32(index), right[needed]);
  return { base: directory.directory, path: process.memory.path(args.u32(pathIndex), args.u32(pathIndex + 1)) };
}

/** Lookup flags have one bit: follow a link at the end. */
function follows(flags: number): boolean {
  if (flags & ~1) throw fsError('inval');
  return (flags & 1) !== 0;
}

/** A device of everyone's, or one of the opener's own descriptors by its name below /dev. */
function openDevice(process: Process, name: string, opened: Opened): { description: Description; rights: number } {
  if (isPlainDevice(name)) {
    const description = new Device(name, opened.stat());
    return { description, rights: description.rights };
  }
  const standard = ['stdin', 'stdout', 'stderr'].indexOf(name);
  const fd = standard >= 0 ? standard : Number(/^(?:fd\/)?(\d+)$/.exec(name)?.[1] ?? Number.NaN);
  if (Number.isNaN(fd) || !process.descriptors.has(fd)) throw fsError('noent');
  return process.descriptors.get(fd);
}

/** What /dev/stdin and the like stand for; null for devices of everyone's. */
function ownStream(process: Process, base: Place['base'], path: string): Description | null {
  const opened = process.run.namespace.open(process.accessor, base, path, lookingOnly);
  if (opened.kind === 'device') return isPlainDevice(opened.name) ? null : openDevice(process, opened.name, opened).description;
  opened.close();
  return null;
}

/** What the arguments of a call for the status of a path ask for: descriptor, lookup flags, path. */
function statusOf(process: Process, args: Args): { readonly stat: Stat; readonly type: number } {
  const { base, path } = place(process, args, 0, 'path_filestat_get', 2);
  const follow = follows(args.u32(1));
  const stat = process.run.namespace.stat(process.accessor, base, path, follow);
  const stream = stat.kind === 'device' && follow ? ownStream(process, base, path) : null;
  if (stream === null) return { stat, type: toFiletype(stat.kind) };
  // Programs that ask before they open refuse what is neither file nor device.
  const type = stream.filetype === filetype.socketStream ? filetype.regularFile : stream.filetype;
  return { stat: stream.stat(), type };
}

function describe(process: Process, opened: Opened): { description: Description; rights: number } {
  switch (opened.kind) {
    case 'file': {
      const description = new RegularFile(opened);
      return { description, rights: description.rights };
    }
    case 'directory': {
      const description = new Directory(opened);
      return { description, rights: description.rights };
    }
    case 'device':
      return openDevice(process, opened.name, opened);
  }
}

function pathOpen(process: Process, args: Args): number {
  const { memory, descriptors } = process;
  const { directory, descriptor } = descriptors.directory(args.u32(0), right.path_open);
  const follow = follows(args.u32(1));
  const path = memory.path(args.u32(2), args.u32(3));
  const oflags = args.u32(4);
  if (oflags & ~15) throw fsError('inval');
  const rights = toRights(args, 5);
  const inheriting = toRights(args, 6);
  const flags = args.u32(7);
  if (flags & ~31) throw fsError('inval');
  const result = args.u32(8);
  memory.check(result, 4);
  if ((rights | inheriting) & ~descriptor.inheriting) throw fsError('notcapable');
  if (oflags & oflag.creat && !(descriptor.rights & right.path_create_file)) throw fsError('notcapable');
  if (oflags & oflag.trunc && !(descriptor.rights & right.path_filestat_set_size)) throw fsError('notcapable');
  const fd = descriptors.reserve();
  const write = (rights & (right.fd_write | right.fd_allocate | right.fd_filestat_set_size)) !== 0;
  const opened = process.run.namespace.open(process.accessor, directory.directory, path, {
    read: !write || (rights & right.fd_read) !== 0,
    write,
    create: (oflags & oflag.creat) !== 0,
    exclusive: (oflags & oflag.excl) !== 0,
    truncate: (oflags & oflag.trunc) !== 0,
    directory: (oflags & oflag.directory) !== 0,
    follow,
  });
  if (opened.kind === 'directory' && rights & right.fd_write) {
    opened.close();
    throw fsError('isdir');
  }
  const { description, rights: applicable } = describe(process, opened);
  if (opened.kind === 'file') description.flags = flags & (fdflag.append | fdflag.dsync | fdflag.nonblock | fdflag.rsync | fdflag.sync);
  descriptors.set(fd, {
    description,
    rights: rights & applicable,
    inheriting: opened.kind === 'directory' ? inheriting : 0,
    preopen: null,
  });
  memory.setU32(result, fd);
  return errno.success;
}

/** The beginning of a regular file, without a descriptor: most files are read once, and fit. */
function pathRead(process: Process, args: Args): number {
  const { memory } = process;
  const { descriptor } = process.descriptors.directory(args.u32(0), right.path_open);
  if (!(descriptor.inheriting & right.fd_read)) throw fsError('notcapable');
  const { base, path } = place(process, args, 0, 'path_open', 2);
  const size = args.u32(5);
  if (size > maxTransfer) throw fsError('inval');
  const into = memory.slice(args.u32(4), size);
  const result = args.u32(6);
  memory.check(result, 4);
  const opened = process.run.namespace.open(process.accessor, base, path, { ...lookingOnly, follow: follows(args.u32(1)) });
  if (opened.kind === 'device') throw fsError('spipe');
  try {
    if (opened.kind === 'directory') throw fsError('isdir');
    memory.setU32(result, opened.read(process.accessor, into, 0));
  } finally {
    opened.close();
  }
  return errno.success;
}

export const pathCalls = {
  path_read: pathRead,
  path_open: pathOpen,
  path_create_directory: (process, args) => {
    const { base, path } = place(process, args, 0, 'path_create_directory');
    process.run.namespace.mkdir(process.accessor, base, path);
    return errno.success;
  },
  path_remove_directory: (process, args) => {
    const { base, path } = place(process, args, 0, 'path_remove_directory');
    process.run.namespace.rmdir(process.accessor, base, path);
    return errno.success;
  },
  path_unlink_file: (process, args) => {
    const { base, path } = place(process, args, 0, 'path_unlink_file');
    process.run.namespace.unlink(process.accessor, base, path);
    return errno.success;
  },
  path_filestat_get: (process, args) => {
    const { stat, type } = statusOf(process, args);
    writeFilestat(process.memory, args.u32(4), stat, type);
    return errno.success;
  },
  path_filestat_set_times: (process, args) => {
    const { base, path } = place(process, args, 0, 'path_filestat_set_times', 2);
    const times = toTimes(process, args.u64(4), args.u64(5), args.u32(6));
    process.run.namespace.setTimes(process.accessor, base, path, follows(args.u32(1)), times);
    return errno.success;
  },
  path_link: (process, args) => {
    const from = place(process, args, 0, 'path_link_source', 2);
    const to = place(process, args, 4, 'path_link_target');
    process.run.namespace.link(process.accessor, from.base, from.path, follows(args.u32(1)), to.base, to.path);
    return errno.success;
  },
  path_rename: (process, args) => {
    const from = place(process, args, 0, 'path_rename_source');
    const to = place(process, args, 3, 'path_rename_target');
    process.run.namespace.rename(process.accessor, from.base, from.path, to.base, to.path);
    return errno.success;
  },
  path_symlink: (process, args) => {
    const target = process.memory.path(args.u32(0), args.u32(1));
    const { base, path } = place(process, args, 2, 'path_symlink');
    if (target.startsWith('/') && !process.run.hasAbsolutePaths) throw fsError('notcapable');
    process.run.namespace.symlink(process.accessor, target, base, path);
    return errno.success;
  },
  path_readlink: (process, args) => {
    const { base, path } = place(process, args, 0, 'path_readlink');
    const { memory } = process;
    const into = memory.slice(args.u32(3), args.u32(4));
    const result = args.u32(5);
    memory.check(result, 4);
    const text = Buffer.from(process.run.namespace.readlink(process.accessor, base, path)).subarray(0, into.length);
    into.set(text);
    memory.setU32(result, text.length);
    return errno.success;
  },
  path_chmod: (process, args) => {
    const { base, path } = place(process, args, 0, 'path_filestat_set_times', 2);
    const mode = args.u32(4);
    if (mode & ~0o7777) throw fsError('inval');
    process.run.namespace.chmod(process.accessor, base, path, follows(args.u32(1)), mode);
    return errno.success;
  },
  path_mode: (process, args) => {
    const { base, path } = place(process, args, 0, 'path_filestat_get', 2);
    const stat = process.run.namespace.stat(process.accessor, base, path, follows(args.u32(1)));
    process.memory.setU32(args.u32(4), stat.mode);
    return errno.success;
  },
  path_status: (process, args) => {
    const { stat, type } = statusOf(process, args);
    const { memory } = process;
    const result = args.u32(4);
    memory.check(result, filestatBytes + 8);
    writeFilestat(memory, result, stat, type);
    memory.setU64(result + filestatBytes, BigInt(stat.mode));
    return errno.success;
  },
} as const satisfies Record<string, Handler>;
