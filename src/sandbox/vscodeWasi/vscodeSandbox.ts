import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { Wasm } from '@vscode/wasm-wasi/v1';
import { extensions, Uri } from 'vscode';
import { createEmbeddedSandbox } from '../embedded/embeddedSandbox';
import type { Sandbox } from '../sandbox';
import { toThreadOptions, type SandboxOptions } from '../sandboxOptions';
import { dropThreadLocks } from '../../staging/processLock';
import { workerHandle } from '../thread/channel';
import type { FromThread, ToThread } from '../thread/protocol';
import { RemoteSandbox } from '../thread/remoteSandbox';
import { CoreGuests } from './coreGuests';
import { probeCore } from './probeCore';
import { selectHost, type CoreState, type HostSetting } from './selectHost';
import type { CoreMount, ProcessApi } from './waitingProcess';

const coreId = 'ms-vscode.wasm-wasi-core';
const stuckNotice =
  'A program could not be ended and keeps a processor busy; it can no longer reach any file. Reload the window to stop it, or set sunaba.wasi.host to embedded.';
const probeMs = 10_000;
/** How long the kernel's thread may take to end by itself. */
const closeMs = 2000;

export interface OpenedSandbox {
  readonly sandbox: Sandbox;
  /** What the user is told about the choice of the host, where there is something to tell. */
  readonly notice: string | null;
}

/** Makes a sandbox on the host that the setting, and what is installed, lead to. `onNotice` is for what the user is told later. */
export async function openSandbox(
  setting: HostSetting,
  options: SandboxOptions,
  onNotice: (text: string) => void = () => undefined,
): Promise<OpenedSandbox> {
  const mount: CoreMount = { uri: Uri.file(options.folder), mountPoint: options.mount ?? '/workspace' };
  const core = setting === 'embedded' ? undefined : await findCore(mount);
  const choice = selectHost(setting, core?.state ?? { kind: 'absent' });
  const sandbox =
    choice.host === 'vscode' && core?.api ? createVscodeSandbox(core.api, mount, options, onNotice) : createEmbeddedSandbox(options);
  return { sandbox, notice: choice.notice };
}

/** A sandbox whose guests are processes of the VS Code WASI API; its kernel is a thread of the extension host. */
export function createVscodeSandbox(
  api: ProcessApi,
  mount: CoreMount,
  options: SandboxOptions,
  onNotice: (text: string) => void,
): RemoteSandbox {
  let guests: CoreGuests | undefined;
  return new RemoteSandbox({
    host: 'vscode',
    thread: toThreadOptions('relay', options),
    connect: ({ storage, state }) => {
      const worker = new Worker(path.join(options.dist, 'kernelThread.cjs'), { env: {}, execArgv: [], name: 'sunaba kernel' });
      const thread = worker.threadId;
      // Before anybody else hears of the end, who may start the next thread then.
      worker.once('exit', () => dropThreadLocks(thread, storage, state));
      const handle = workerHandle<ToThread, FromThread>(worker);
      const carried = new CoreGuests(
        api,
        mount,
        (message) => handle.post(message),
        () => onNotice(stuckNotice),
      );
      guests = carried;
      // An error of the thread is followed by its exit, which the sandbox tells to whoever waits.
      worker.on('error', () => undefined);
      worker.once('exit', () => carried.dispose());
      return handle;
    },
    onGuest: (message) => guests?.receive(message),
    closeMs,
  });
}

async function findCore(mount: CoreMount): Promise<{ state: CoreState; api?: ProcessApi }> {
  if (!extensions.getExtension(coreId)) return { state: { kind: 'absent' } };
  try {
    const api = await Wasm.load();
    const reason = await probeCore(api, mount, probeMs);
    return reason === null ? { state: { kind: 'usable' }, api } : { state: { kind: 'unusable', reason } };
  } catch (error) {
    return { state: { kind: 'unusable', reason: error instanceof Error ? error.message : String(error) } };
  }
}
