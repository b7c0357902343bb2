import { createEmbeddedSandbox } from '../sandbox/embedded/embeddedSandbox';
import type { Sandbox } from '../sandbox/sandbox';
import { defaultLimits } from '../shared/limits';
import type { Limits } from '../shared/limits';

export interface SandboxOptions {
  /** The real path of the folder. */
  readonly folder: string;
  /** Where guests see it; `/workspace` where absent. */
  readonly mount?: string;
  readonly limits?: Partial<Limits>;
}

/** A sandbox of the embedded host over one folder; nothing is started before its first use. */
export function openSandbox({ folder, mount, limits }: SandboxOptions): Sandbox {
  // The command line is bundled beside the kernel's thread and the guests.
  return createEmbeddedSandbox({
    dist: __dirname,
    folder,
    limits: { ...defaultLimits, ...limits },
    ...(mount === undefined ? {} : { mount }),
  });
}
