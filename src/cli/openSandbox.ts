import { createEmbeddedSandbox } from '../sandbox/embedded/embeddedSandbox';
import type { Sandbox } from '../sandbox/sandbox';
import { defaultLimits } from '../shared/limits';
import type { Limits } from '../shared/limits';
import { openConversationStorage } from './conversationStorage';
import type { Terminal } from './terminal';

export interface SandboxOptions {
  /** The real path of the folder. */
  readonly folder: string;
  /** Where guests see it; `/workspace` where absent. */
  readonly mount?: string;
  readonly limits?: Partial<Limits>;
}

/** A sandbox of the embedded host over one folder, for one command: what it staged and did not commit ends with it. */
export function openSandbox({ folder, mount, limits }: SandboxOptions, terminal: Terminal): Sandbox {
  const storage = openConversationStorage(terminal);
  const sandbox = createEmbeddedSandbox({
    // The command line is bundled beside the kernel's thread and the guests.
    dist: __dirname,
    folder,
    limits: { ...defaultLimits, ...limits },
    storage: storage.directory,
    ...(mount === undefined ? {} : { mount }),
  });
  return {
    host: sandbox.host,
    run: (request, signal) => sandbox.run(request, signal),
    staging: sandbox.staging,
    async dispose() {
      await sandbox.dispose();
      storage.remove();
    },
  };
}
