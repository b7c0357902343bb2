import { createFilePolicy, defaultFileRules } from '../../src/permissions/filePolicy';
import { createNamespace } from '../../src/staging/namespace';
import { createOverlayTree, type OverlayTree } from '../../src/staging/overlay/overlayTree';
import type { FileTree, Namespace, OpenDirectory } from '../../src/staging/vfs';

export interface Space {
  readonly namespace: Namespace;
  readonly base: OpenDirectory;
}

/** A tree as guests see it, at /workspace. */
export function spaceOf(tree: FileTree): Space {
  const namespace = createNamespace({ mounts: new Map([['/workspace', { kind: 'tree', tree }]]) });
  return { namespace, base: namespace.openRoot('/workspace') };
}

/** An overlay over `root` with the rules that hold where nothing is set; what is staged goes to `storage` (host paths). */
export function openOverlay(root: string, storage: string): OverlayTree {
  return createOverlayTree({ root, storage, policy: createFilePolicy(defaultFileRules), guestPath: '/workspace' });
}
