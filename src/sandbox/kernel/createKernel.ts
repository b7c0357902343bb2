import type { Kernel, KernelOptions, KernelRequest, KernelRun, KernelRunCallbacks } from './kernel';
import type { Process } from './process';
import { Run, type RunHost } from './run';
import { Service } from './service';

/** Makes a conversation's kernel on the thread that calls. */
export function createKernel(options: KernelOptions): Kernel {
  const live = new Set<Process>();
  const runs = new Set<Run>();
  const threadsEnded = new Map<Process, Set<() => void>>();
  let lastPid = 0;
  let lastRun = 0;
  const host: RunHost = {
    ...options,
    service: new Service(options.spinningGuests),
    nextPid: () => ++lastPid,
    memoryBytes: () => {
      let bytes = 0;
      for (const process of live) bytes += process.memoryBytes;
      return bytes;
    },
    register: (process) => live.add(process),
    unregister: (process) => {
      live.delete(process);
      for (const resolve of threadsEnded.get(process) ?? []) resolve();
      threadsEnded.delete(process);
    },
    reportFault: options.reportFault ?? (() => {}),
  };

  return {
    settled: async () => {
      // Those of now: others may end meanwhile without end.
      const over = [...live].filter((process) => !process.alive);
      await Promise.all(
        over.map(
          (process) =>
            new Promise<void>((resolve) => {
              const waiting = threadsEnded.get(process) ?? new Set();
              threadsEnded.set(process, waiting.add(resolve));
            }),
        ),
      );
    },
    start: (request, callbacks) => {
      const run = new Run(host, request, callbacks, ++lastRun);
      runs.add(run);
      const forget = (): void => {
        runs.delete(run);
      };
      run.ended.then(forget, forget);
      const handle = toHandle(run, request);
      void run.start();
      return handle;
    },
    dispose: () => {
      for (const run of [...runs]) run.stop({ kind: 'aborted' });
    },
  };
}

function toHandle(run: Run, request: KernelRequest): KernelRun {
  const endInput = (): void => run.endInput();
  const writeInput = (chunk: Uint8Array): Promise<boolean> => run.writeInput(chunk);
  if (request.stdin === 'none') endInput();
  else if (request.stdin !== 'pushed') void writeInput(request.stdin).then(endInput);
  return { ended: run.ended, writeInput, endInput, abort: () => run.stop({ kind: 'aborted' }) };
}

export type { KernelOptions, KernelRequest, KernelRun, KernelRunCallbacks };
