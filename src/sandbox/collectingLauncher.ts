import type { MemoryCollector } from './collectMemory';
import type { Launcher } from './launcher';

/** A launcher whose guests' memories are given back when they have ended. */
export function collectingLauncher(launcher: Launcher, collector: MemoryCollector): Launcher {
  return {
    start(module, callbacks) {
      let held: WebAssembly.Memory | SharedArrayBuffer | undefined;
      return launcher.start(module, {
        attached(memory) {
          held = memory;
          callbacks.attached(memory);
        },
        ended(trap) {
          callbacks.ended(trap);
          if (held) collector.letGo(held instanceof SharedArrayBuffer ? held.byteLength : held.buffer.byteLength);
          held = undefined;
        },
      });
    },
    dispose: () => launcher.dispose(),
  };
}
