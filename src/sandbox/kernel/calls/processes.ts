import { Buffer } from 'node:buffer';
import { errno, fsError } from '../../../staging/errno';
import type { Args } from '../mailbox';
import { BLOCKED, type ChildStatus, type Process } from '../process';
import { maxRequestBytes, parseSpawnRequest } from '../spawnRequest';
import type { Handler } from './handler';

function spawn(process: Process, args: Args): number {
  const { memory } = process;
  const length = args.u32(1);
  if (length > maxRequestBytes) throw fsError('toobig');
  const request = parseSpawnRequest(memory.copy(args.u32(0), length));
  const result = args.u32(2);
  memory.check(result, 4);
  const started = process.run.spawn(process, request);
  if (!(started instanceof Promise)) {
    memory.setU32(result, started.pid);
    return errno.success;
  }
  started.then(
    (child) =>
      process.replyWith(() => {
        memory.setU32(result, child.pid);
        return errno.success;
      }),
    (error: unknown) =>
      process.replyWith(() => {
        throw error;
      }),
  );
  return process.block(() => {});
}

/** Takes an ended child out of the list; null where there is none yet. ECHILD where there is nothing to wait for. */
function takeEnded(process: Process, pid: number): ChildStatus | null {
  const index = process.ended.findIndex((child) => pid === -1 || child.pid === pid);
  if (index >= 0) return process.ended.splice(index, 1)[0] ?? null;
  if (pid === -1 ? process.children.size === 0 : !process.children.has(pid)) throw fsError('child');
  return null;
}

function writeStatus(process: Process, pointer: number, child: ChildStatus | null): number {
  const { memory } = process;
  memory.setU32(pointer, child?.pid ?? 0);
  memory.setU32(pointer + 4, child?.status.kind === 'signaled' ? 1 : 0);
  memory.setU32(pointer + 8, child ? (child.status.kind === 'signaled' ? child.status.signal : child.status.code) : 0);
  return errno.success;
}

function wait(process: Process, args: Args): number {
  const pid = args.i32(0);
  const flags = args.u32(1);
  const result = args.u32(2);
  if (flags & ~1 || pid < -1) throw fsError('inval');
  process.memory.check(result, 12);
  const child = takeEnded(process, pid);
  if (child || flags & 1) return writeStatus(process, result, child);
  process.childEnded = () => {
    const ended = process.ended.findIndex((status) => pid === -1 || status.pid === pid);
    if (ended < 0) return;
    process.childEnded = null;
    process.replyWith(() => writeStatus(process, result, takeEnded(process, pid)));
  };
  return process.block(() => {
    process.childEnded = null;
  });
}

export const processCalls = {
  proc_exit: (process, args) => {
    process.end({ kind: 'exited', code: args.u32(0) });
    return BLOCKED;
  },
  proc_spawn: spawn,
  proc_wait: wait,
  proc_getpid: (process, args) => {
    const { memory } = process;
    const result = args.u32(0);
    memory.check(result, 8);
    memory.setU32(result, process.pid);
    memory.setU32(result + 4, process.parent?.pid ?? 0);
    return errno.success;
  },
  proc_cwd: (process, args) => {
    const { memory } = process;
    const path = Buffer.from(process.cwd);
    memory.setU32(args.u32(2), path.length);
    if (args.u32(1) < path.length) throw fsError('range');
    memory.write(args.u32(0), path);
    return errno.success;
  },
  proc_chdir: (process, args) => {
    const path = process.memory.path(args.u32(0), args.u32(1));
    process.cwd = process.run.checkDirectory(path);
    return errno.success;
  },
} as const satisfies Record<string, Handler>;
