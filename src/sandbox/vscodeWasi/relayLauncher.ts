import { CompiledModules } from '../compiledModules';
import type { GuestCallbacks, Launcher } from '../launcher';
import type { FromThread, ToThread } from '../thread/protocol';

export interface RelayLauncher extends Launcher {
  receive(message: Extract<ToThread, { type: 'guest attached' | 'guest ended' }>): void;
}

/**
 * The kernel thread's half of a launcher whose guests are started by the thread's holder: modules are compiled here,
 * so that the holder's event loop carries messages alone.
 */
export function createRelayLauncher(post: (message: FromThread) => void): RelayLauncher {
  const modules = new CompiledModules();
  const guests = new Map<number, GuestCallbacks>();
  /** Those of them that the holder knows. */
  const started = new Set<number>();
  let last = 0;

  const end = (guest: number, trap: string | null) => {
    const callbacks = guests.get(guest);
    guests.delete(guest);
    started.delete(guest);
    callbacks?.ended(trap);
  };

  return {
    start(module, callbacks) {
      const guest = ++last;
      guests.set(guest, callbacks);
      void Promise.resolve(modules.get(module)).then(
        (compiled) => {
          if (!guests.has(guest)) return;
          const { name, initialPages, maximumPages, mailboxAddress } = module;
          post({ type: 'guest start', guest, name, module: compiled, initialPages, maximumPages, mailboxAddress });
          started.add(guest);
        },
        (error: unknown) => end(guest, `the program does not compile: ${error instanceof Error ? error.message : String(error)}`),
      );
      return {
        terminate() {
          if (started.has(guest)) post({ type: 'guest terminate', guest });
          else end(guest, null);
        },
      };
    },
    receive(message) {
      switch (message.type) {
        case 'guest attached':
          guests.get(message.guest)?.attached(message.memory);
          return;
        case 'guest ended':
          end(message.guest, message.trap);
          return;
      }
    },
    dispose: () => {
      for (const guest of [...guests.keys()]) {
        post({ type: 'guest terminate', guest });
        end(guest, null);
      }
      return Promise.resolve();
    },
  };
}
