import { join } from 'node:path';
import { createFilePolicy, defaultFileRules, type FileRules } from '../permissions/filePolicy';
import { createOverlayTree, createScratchTree, type OverlayTree } from './overlay/overlayTree';

export interface ConversationTreesOptions {
  /** Host path of the user's folder; it must exist. */
  readonly folder: string;
  /** Host path of a directory for this conversation alone; made where it is missing. */
  readonly storage: string;
  /** Where guests see the folder. */
  readonly guestPath: string;
  /** The default rules where absent. */
  readonly rules?: FileRules;
}

export interface ConversationTrees {
  readonly workspace: OverlayTree;
  /** /tmp. */
  readonly scratch: OverlayTree;
}

/** Opens what a conversation's processes may write to: the overlay over its folder, and its scratch. */
export function openConversationTrees({ folder, storage, guestPath, rules }: ConversationTreesOptions): ConversationTrees {
  const policy = createFilePolicy(rules ?? defaultFileRules);
  return {
    workspace: createOverlayTree({ root: folder, storage: join(storage, 'overlay'), policy, guestPath }),
    scratch: createScratchTree({ storage: join(storage, 'scratch'), guestPath: '/tmp' }),
  };
}

export type { FileRules };
