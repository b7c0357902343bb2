import { errno, fsError } from '../../../staging/errno';
import { BLOCKED, type Process } from '../process';
import { highestSignal } from '../signals';
import type { Handler } from './handler';

/** 0 probes whether the process is there. */
function send(sender: Process, target: Process, number: number): number {
  if (number > highestSignal) throw fsError('inval');
  if (number > 0) target.raise(number);
  return sender.alive ? errno.success : BLOCKED;
}

export const signalCalls = {
  proc_kill: (process, args) => {
    const pid = args.i32(0);
    const target = process.run.processes.get(pid);
    if (!target) {
      if (process.ended.some((child) => child.pid === pid)) return errno.success;
      throw fsError('srch');
    }
    return send(process, target, args.u32(1));
  },
  proc_raise: (process, args) => {
    // Preview1 leaves out Linux' signal 16, and counts on from there.
    const number = args.u32(0);
    return send(process, process, number < 16 ? number : number + 1);
  },
  proc_sigcatch: (process, args) => {
    process.signals.catch(args.u64(0));
    return errno.success;
  },
  proc_sigignore: (process, args) => {
    process.signals.ignore(args.u64(0));
    return errno.success;
  },
  proc_sigignored: (process, args) => {
    const { memory } = process;
    const result = args.u32(0);
    memory.check(result, 8);
    memory.setU64(result, process.signals.ignoredMask);
    return errno.success;
  },
  proc_sigtake: (process, args) => {
    const { memory } = process;
    const result = args.u32(0);
    memory.check(result, 8);
    memory.setU64(result, process.signals.take());
    return errno.success;
  },
} as const satisfies Record<string, Handler>;
