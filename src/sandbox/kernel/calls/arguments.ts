import { errno } from '../../../staging/errno';
import type { Args } from '../mailbox';
import type { Process } from '../process';
import type { Handler } from './handler';

function sizes(process: Process, args: Args, list: readonly Uint8Array[]): number {
  const { memory } = process;
  const bytes = list.reduce((sum, item) => sum + item.length + 1, 0);
  memory.setU32(args.u32(0), list.length);
  memory.setU32(args.u32(1), bytes);
  return errno.success;
}

function contents(process: Process, args: Args, list: readonly Uint8Array[]): number {
  const { memory } = process;
  let pointer = args.u32(0);
  let at = args.u32(1);
  for (const item of list) {
    memory.setU32(pointer, at);
    const target = memory.slice(at, item.length + 1);
    target.set(item);
    target[item.length] = 0;
    pointer += 4;
    at += item.length + 1;
  }
  return errno.success;
}

export const argumentCalls = {
  args_get: (process, args) => contents(process, args, process.args),
  args_sizes_get: (process, args) => sizes(process, args, process.args),
  environ_get: (process, args) => contents(process, args, process.environ),
  environ_sizes_get: (process, args) => sizes(process, args, process.environ),
} as const satisfies Record<string, Handler>;
