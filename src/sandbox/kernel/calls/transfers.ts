import { errno, fsError, FsError } from '../../../staging/errno';
import { fdflag, WOULD_BLOCK, type Description, type PendingRead } from '../description';
import { totalLength } from '../guestMemory';
import type { Args } from '../mailbox';
import { BLOCKED, type Process } from '../process';
import { right } from '../rights';
import { signal } from '../signals';
import type { Handler } from './handler';

function read(process: Process, args: Args): number {
  const { memory } = process;
  const { description } = process.descriptors.get(args.u32(0), right.fd_read);
  const views = memory.iovs(args.u32(1), args.u32(2));
  const result = args.u32(3);
  memory.check(result, 4);
  return finishRead(process, description, { views }, description.read(process.accessor, views), result);
}

function readUntil(process: Process, args: Args): number {
  const { memory } = process;
  const { description } = process.descriptors.get(args.u32(0), right.fd_read);
  const view = memory.slice(args.u32(1), args.u32(2));
  const until = args.u32(3);
  if (until > 255) return errno.inval;
  const result = args.u32(4);
  memory.check(result, 4);
  return finishRead(process, description, { views: [view], until }, description.readUntil(view, until), result);
}

/** Tells how many bytes were read, or waits for some. */
function finishRead(
  process: Process,
  description: Description,
  request: Pick<PendingRead, 'views' | 'until'>,
  bytes: number,
  result: number,
): number {
  const { memory } = process;
  if (bytes !== WOULD_BLOCK) {
    memory.setU32(result, bytes);
    return errno.success;
  }
  if (description.flags & fdflag.nonblock) return errno.again;
  const cancel = description.queueRead({
    ...request,
    settle: (count) => {
      memory.setU32(result, count);
      process.reply(errno.success);
    },
  });
  return process.block(cancel);
}

/** EPIPE, and the signal that goes with it: by default it ends a process that writes for nobody. */
function brokenPipe(process: Process): number {
  process.raise(signal.pipe);
  return process.alive ? errno.pipe : BLOCKED;
}

function write(process: Process, args: Args): number {
  const { memory } = process;
  const { description } = process.descriptors.get(args.u32(0), right.fd_write);
  const views = memory.iovs(args.u32(1), args.u32(2));
  const result = args.u32(3);
  memory.check(result, 4);
  const total = totalLength(views);
  let bytes: number;
  try {
    bytes = description.write(process.accessor, views, total);
  } catch (error) {
    if (error instanceof FsError && error.code === 'pipe') return brokenPipe(process);
    throw error;
  }
  if (bytes === total || (bytes !== WOULD_BLOCK && description.flags & fdflag.nonblock)) {
    memory.setU32(result, bytes);
    return errno.success;
  }
  if (description.flags & fdflag.nonblock) return errno.again;
  const request = {
    views,
    total,
    written: Math.max(0, bytes),
    settle: (count: number) => {
      if (count >= 0) memory.setU32(result, count);
      process.reply(count >= 0 ? errno.success : brokenPipe(process));
    },
  };
  const cancel = description.queueWrite(request);
  return process.block(cancel, () => {
    if (request.written === 0) return errno.intr;
    memory.setU32(result, request.written);
    return errno.success;
  });
}

function positioned(process: Process, args: Args, moves: 'fd_read' | 'fd_write'): number {
  const { memory } = process;
  const { description } = process.descriptors.get(args.u32(0), right[moves]);
  if (!(process.descriptors.get(args.u32(0)).rights & right.fd_seek)) throw fsError('spipe');
  const views = memory.iovs(args.u32(1), args.u32(2));
  const offset = args.size(3);
  const result = args.u32(4);
  memory.check(result, 4);
  const bytes =
    moves === 'fd_read' ? description.pread(process.accessor, views, offset) : description.pwrite(process.accessor, views, offset);
  memory.setU32(result, bytes);
  return errno.success;
}

export const transferCalls = {
  fd_read: read,
  fd_read_until: readUntil,
  fd_write: write,
  fd_pread: (process, args) => positioned(process, args, 'fd_read'),
  fd_pwrite: (process, args) => positioned(process, args, 'fd_write'),
} as const satisfies Record<string, Handler>;
