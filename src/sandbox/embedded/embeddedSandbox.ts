import { toThreadOptions, type SandboxOptions } from '../sandboxOptions';
import { childHandle } from '../thread/channel';
import { RemoteSandbox } from '../thread/remoteSandbox';
import { forkKernel } from './forkKernel';

/** How long the kernel's process may take to end by itself. */
const closeMs = 2000;

/** A sandbox in a child process of ours, which is started when it is first needed and killed as the last resort. */
export function createEmbeddedSandbox(options: SandboxOptions): RemoteSandbox {
  return new RemoteSandbox({
    host: 'embedded',
    thread: toThreadOptions('workers', options),
    connect: () => childHandle(forkKernel(options.dist)),
    closeMs,
  });
}
