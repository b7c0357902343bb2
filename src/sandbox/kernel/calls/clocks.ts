import { errno, fsError } from '../../../staging/errno';
import type { Process } from '../process';
import { fillRandom } from '../device';
import type { Handler } from './handler';

/** More randomness than this is made a part at a time, so that other guests and the clock have their turn. */
const randomPart = 1024 * 1024;

/** Nanoseconds on a clock of preview1; EINVAL for one that does not exist. */
export function clockNs(caller: Process, clock: number): bigint {
  switch (clock) {
    case 0:
      return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n;
    case 1:
      return process.hrtime.bigint();
    case 2:
    case 3:
      // Threads are not charged for their time here; the time since the start bounds it, and only grows.
      return process.hrtime.bigint() - caller.startedNs;
    default:
      throw fsError('inval');
  }
}

export const clockCalls = {
  clock_res_get: (caller, args) => {
    clockNs(caller, args.u32(0));
    caller.memory.setU64(args.u32(1), args.u32(0) === 0 ? 1000n : 1n);
    return errno.success;
  },
  clock_time_get: (caller, args) => {
    caller.memory.setU64(args.u32(2), clockNs(caller, args.u32(0)));
    return errno.success;
  },
  random_get: (caller, args) => {
    const view = caller.memory.slice(args.u32(0), args.u32(1));
    if (view.length <= randomPart) {
      fillRandom(view);
      return errno.success;
    }
    let done = 0;
    let timer: NodeJS.Immediate;
    const part = (): void => {
      fillRandom(view.subarray(done, done + randomPart));
      done += randomPart;
      if (done < view.length) timer = setImmediate(part);
      else caller.reply(errno.success);
    };
    timer = setImmediate(part);
    return caller.block(() => clearImmediate(timer));
  },
  sched_yield: () => errno.success,
} as const satisfies Record<string, Handler>;
