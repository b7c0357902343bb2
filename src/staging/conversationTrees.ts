import { realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createFilePolicy, defaultFileRules, type FileRules } from '../permissions/filePolicy';
import { hashOfText } from './contentHash';
import { hideOwnFiles } from './hideOwnFiles';
import { createOverlayTree, createScratchTree, type OverlayTree } from './overlay/overlayTree';
import { createStaging, type Staging } from './staging';

export interface ConversationTreesOptions {
  /** Host path of the user's folder; it must exist. */
  readonly folder: string;
  /** Host path of a directory for this conversation alone; made where it is missing. */
  readonly storage: string;
  /** Host path of where all windows and the command line keep the journals of commits. */
  readonly state: string;
  /** Where guests see the folder. */
  readonly guestPath: string;
  /** Disk space for the originals of commits, in MiB; the default where absent. */
  readonly checkpointsMib?: number;
  /** The default rules where absent. */
  readonly rules?: FileRules;
}

export interface ConversationTrees {
  readonly workspace: OverlayTree;
  /** /tmp. */
  readonly scratch: OverlayTree;
  /** The change set of `workspace`, and the one writer of the folder. */
  readonly staging: Staging;
  dispose(): void;
}

/** Opens what a conversation's processes may write to: the overlay over its folder, and its scratch. */
export function openConversationTrees({
  folder,
  storage,
  state,
  guestPath,
  checkpointsMib,
  rules,
}: ConversationTreesOptions): ConversationTrees {
  const own = [state, parentWithin(folder, storage)];
  const policy = createFilePolicy(hideOwnFiles(rules ?? defaultFileRules, folder, own));
  const workspace = createOverlayTree({ root: folder, storage: join(storage, 'overlay'), policy, guestPath });
  const scratch = createScratchTree({ storage: join(storage, 'scratch'), guestPath: '/tmp' });
  const staging = createStaging(workspace, {
    root: folder,
    state,
    overlayId: hashOfText(realpathSync(storage)),
    ...(checkpointsMib === undefined ? {} : { checkpointsMib }),
  });
  return {
    workspace,
    scratch,
    staging,
    dispose: () => {
      staging.dispose();
      workspace.dispose();
      scratch.dispose();
    },
  };
}

/** Where the directories of all conversations are, this one's among them; its own where that is the folder itself. */
function parentWithin(folder: string, storage: string): string {
  return resolve(dirname(storage)) === resolve(folder) ? storage : dirname(storage);
}

export type { FileRules };
