import type { Exit } from '../sandbox/sandbox';
import { assertNever } from '../shared/assertNever';
import type { LimitName } from '../shared/limits';
import { exitStatus } from './command';
import { shown } from './safeText';
import type { Terminal } from './terminal';

/** Statuses beside the program's own; the first and last as timeout(1) and a shell have them. */
export const programStatus = { timedOut: 124, sunabaFailed: 125, killed: 137 } as const;

/** The exit status of `sunaba` for what came of a program. */
export function toStatus(exit: Exit, terminal: Terminal): number {
  switch (exit.kind) {
    case 'exited':
      return exit.code;
    case 'signaled':
      return 128 + exit.signal;
    case 'trapped':
      terminal.stderr.write(`sunaba: the program was ended: ${shown(exit.message)}\n`);
      return exit.memoryAtCap ? programStatus.killed : /unreachable/.test(exit.message) ? 134 : 139;
    case 'limit':
      return fromLimit(exit.limit);
    case 'aborted':
      return exitStatus.interrupted;
    default:
      return assertNever(exit);
  }
}

function fromLimit(limit: LimitName): number {
  return limit === 'wallClockMs' ? programStatus.timedOut : programStatus.killed;
}
