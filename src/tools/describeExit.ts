import type { Exit } from '../sandbox/sandbox';
import { assertNever } from '../shared/assertNever';

/** How a process ended, in words for the model. */
export function describeExit(exit: Exit): string {
  switch (exit.kind) {
    case 'exited':
      return `exit status ${exit.code}`;
    case 'signaled':
      return `ended by signal ${exit.signal}`;
    case 'trapped':
      return exit.memoryAtCap
        ? `out of memory: the process reached its memory limit (sunaba.limits.processMemoryMib)`
        : `the process crashed (${exit.message})`;
    case 'limit':
      return exit.message;
    case 'aborted':
      return 'stopped by the user';
    default:
      return assertNever(exit);
  }
}
