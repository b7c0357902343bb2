import { Buffer } from 'node:buffer';
import { errno, fsError } from '../../../staging/errno';
import { filetype } from '../description';
import { Directory } from '../directory';
import { PipeReader, PipeWriter } from '../pipe';
import type { Process } from '../process';
import { right, streamRights } from '../rights';
import type { Handler } from './handler';

/**
 * The name of a preopen. A libc looks for preopens from 3 upwards until the first number that is none: one that the
 * process was given below them gets the name of a place that cannot be.
 */
function prestatName({ descriptors }: Process, fd: number): string {
  const { preopen } = descriptors.get(fd);
  if (preopen !== null) return preopen;
  if (!descriptors.isGivenBelowPreopen(fd)) throw fsError('badf');
  return `/dev/null/${fd}`;
}

export const descriptorCalls = {
  fd_close: (process, args) => {
    process.descriptors.close(args.u32(0));
    return errno.success;
  },
  fd_renumber: (process, args) => {
    process.descriptors.renumber(args.u32(0), args.u32(1));
    return errno.success;
  },
  fd_dup: (process, args) => {
    const { descriptors, memory } = process;
    const from = descriptors.get(args.u32(0));
    const result = args.u32(2);
    memory.check(result, 4);
    const lowest = args.u32(1);
    if (lowest >= process.run.limits.descriptors) throw fsError('inval');
    const fd = descriptors.reserve(lowest);
    descriptors.set(fd, { ...from, preopen: null });
    memory.setU32(result, fd);
    return errno.success;
  },
  fd_dup2: (process, args) => {
    const { descriptors } = process;
    const fd = args.u32(0);
    const to = args.u32(1);
    const from = descriptors.get(fd);
    if (to >= process.run.limits.descriptors) throw fsError('badf');
    if (fd === to) return errno.success;
    if (!descriptors.has(to)) descriptors.reserve(to);
    descriptors.set(to, { ...from, preopen: null });
    return errno.success;
  },
  fd_pipe: (process, args) => {
    const { descriptors, memory } = process;
    const result = args.u32(0);
    memory.check(result, 8);
    const pipe = process.run.createPipe();
    const reading = descriptors.add({
      description: new PipeReader(pipe),
      rights: streamRights & ~right.fd_write,
      inheriting: 0,
      preopen: null,
    });
    let writing: number;
    try {
      writing = descriptors.add({
        description: new PipeWriter(pipe),
        rights: streamRights & ~right.fd_read,
        inheriting: 0,
        preopen: null,
      });
    } catch (error) {
      descriptors.close(reading);
      throw error;
    }
    memory.setU32(result, reading);
    memory.setU32(result + 4, writing);
    return errno.success;
  },
  fd_prestat_get: (process, args) => {
    const preopen = prestatName(process, args.u32(0));
    const { memory } = process;
    const result = args.u32(1);
    memory.check(result, 8);
    memory.setU32(result, 0);
    memory.setU32(result + 4, Buffer.byteLength(preopen));
    return errno.success;
  },
  fd_prestat_dir_name: (process, args) => {
    const name = Buffer.from(prestatName(process, args.u32(0)));
    if (args.u32(2) < name.length) throw fsError('nametoolong');
    process.memory.write(args.u32(1), name);
    return errno.success;
  },
  fd_readdir: (process, args) => {
    const { memory } = process;
    const { description, rights } = process.descriptors.get(args.u32(0));
    if (!(description instanceof Directory)) throw fsError(description.filetype === filetype.directory ? 'badf' : 'notdir');
    if (!(rights & right.fd_readdir)) throw fsError('notcapable');
    const into = memory.slice(args.u32(1), args.u32(2));
    const result = args.u32(4);
    memory.check(result, 4);
    memory.setU32(result, description.list(process.accessor, into, args.size(3)));
    return errno.success;
  },
  fd_given: (process, args) => {
    const { descriptors, memory } = process;
    const given = descriptors.given.filter((fd) => fd > 2);
    const pointer = args.u32(0);
    const most = args.u32(1);
    memory.setU32(args.u32(2), given.length);
    if (most < given.length) throw fsError('range');
    memory.check(pointer, given.length * 4);
    given.forEach((fd, index) => memory.setU32(pointer + 4 * index, fd));
    return errno.success;
  },
  fd_path: (process, args) => {
    const { memory } = process;
    const { directory } = process.descriptors.directory(args.u32(0), 0);
    const path = Buffer.from(directory.directory.path());
    memory.setU32(args.u32(3), path.length);
    if (args.u32(2) < path.length) throw fsError('range');
    memory.write(args.u32(1), path);
    return errno.success;
  },
} as const satisfies Record<string, Handler>;
