import { statSync } from 'node:fs';
import { UserError } from '../../shared/userError';
import { openConversationTrees } from '../../staging/conversationTrees';
import { createNamespace } from '../../staging/namespace';
import type { Mount, Namespace } from '../../staging/vfs';
import { deviceNames } from '../kernel/device';
import type { Ledger, ProgramSource } from '../kernel/kernel';
import { createLedger } from './ledger';
import { callStaging } from './callStaging';
import type { StagingMethod, ThreadOptions } from './protocol';
import { english as l10n } from '../../shared/texts';

/** What a conversation's processes can name, and what becomes of what they write. Lives on the kernel's thread. */
export interface ConversationSpace {
  readonly namespace: Namespace;
  createLedger(): Ledger;
  callStaging(method: StagingMethod, args: readonly unknown[]): Promise<unknown>;
  dispose(): Promise<void>;
}

/** Throws UserError `workspaceFolderGone` where the folder is no more. */
export function createConversationSpace(options: ThreadOptions, programs: ProgramSource): ConversationSpace {
  if (!statSync(options.folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError('workspaceFolderGone', l10n.t('The folder of this chat is no longer there. Open it again, or start a new chat.'));
  }
  const trees = openConversationTrees({
    folder: options.folder,
    storage: options.storage,
    state: options.state,
    guestPath: options.mount,
    ...(options.checkpointsMib === undefined ? {} : { checkpointsMib: options.checkpointsMib }),
    ...(options.rules === undefined ? {} : { rules: options.rules }),
  });
  const { workspace, scratch, staging } = trees;
  const mounts = new Map<string, Mount>([[options.mount, { kind: 'tree', tree: workspace }]]);
  if (options.mount !== '/') {
    mounts.set('/tmp', { kind: 'tree', tree: scratch });
    mounts.set('/dev', { kind: 'devices', names: deviceNames });
    mounts.set('/bin', { kind: 'programs', names: () => programs.names() });
    mounts.set('/usr/bin', { kind: 'programs', names: () => programs.names() });
  }
  return {
    namespace: createNamespace({ mounts }),
    createLedger,
    callStaging: (method, args) => new Promise((resolve) => resolve(callStaging(staging, method, args))),
    dispose: () => {
      trees.dispose();
      return Promise.resolve();
    },
  };
}
