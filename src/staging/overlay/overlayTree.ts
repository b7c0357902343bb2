import { join } from 'node:path';
import { noFileRules, createFilePolicy, type FilePolicy } from '../../permissions/filePolicy';
import { EmptyLower } from '../lower/emptyLower';
import { openLower } from '../lower/openLower';
import type { NamedLower } from '../lower/spelledLower';
import { makePrivateDirectory } from '../privateFile';
import type { FileTree } from '../vfs';
import { BlobStore } from './blobStore';
import { OverlayContext } from './context';
import { OverlayDirectory } from './directory';
import { keepAside } from './keepAside';
import { KeptBases } from './keptBases';
import { MetadataLog } from './metadataLog';
import type { LogRecord } from './records';
import { loadState, stateOf } from './state';

export interface OverlayOptions {
  /** Host path of the user's folder; it must exist. */
  readonly root: string;
  /** Host path of a directory for this overlay alone; made where it is missing. Its contents are the pending changes. */
  readonly storage: string;
  readonly policy: FilePolicy;
  /** Where guests see it: `/workspace`. For the ledger. */
  readonly guestPath: string;
}

/** The user's folder with all that guests have changed, none of which is in the folder. */
export interface OverlayTree extends FileTree {
  readonly root: OverlayDirectory;
  readonly context: OverlayContext;
  /** Where what could not be read of the pending changes was put when the overlay was opened (path of the host); null where all could be. */
  readonly keptAside: string | null;
  /** Commits that this overlay has taken note of. */
  readonly committed: ReadonlySet<string>;
  noteCommitted(commitId: string): void;
  /** Writes the log anew where it has grown long. Call it where a pause does no harm. */
  compact(): void;
}

/** Opens the overlay that `storage` holds, or begins an empty one. */
export function createOverlayTree(options: OverlayOptions): OverlayTree {
  return openOverlay(openLower(options.root), options.storage, options.policy, options.guestPath);
}

/** A writable tree that begins empty and belongs to no folder: /tmp of a conversation. */
export function createScratchTree(options: { readonly storage: string; readonly guestPath: string }): OverlayTree {
  return openOverlay(new EmptyLower(Date.now()), options.storage, createFilePolicy(noFileRules), options.guestPath);
}

function openOverlay(lower: NamedLower, storage: string, policy: FilePolicy, guestPath: string): OverlayTree {
  makePrivateDirectory(storage);
  const records: LogRecord[] = [];
  const log = MetadataLog.open(join(storage, 'log'), (record) => records.push(record));
  const top = lower.statDirectory('');
  if (top === null) throw new Error('the folder of an overlay must exist');
  const context = new OverlayContext(
    lower,
    log,
    new BlobStore(join(storage, 'blobs')),
    new KeptBases(join(storage, 'bases')),
    policy,
    guestPath,
    top.dev,
  );
  const root = new OverlayDirectory(context, null, '', '');
  root.id = 0;
  root.attributes = { mode: top.mode, ino: top.ino, atimeNs: null, mtimeNs: null };
  const committed = new Set<string>();
  const blobs = context.blobs.ids();
  const used = loadState(context, root, records, committed, blobs);
  const unused = [...blobs].filter((id) => !used.has(id));
  const keptAside = log.isDamaged ? keepAside(storage, context.blobs, unused) : null;
  if (keptAside !== null) log.replace(stateOf(context, root, committed));
  // What no node refers to was left by a crash between a blob and its line in the log.
  else for (const id of unused) context.blobs.remove(id);
  context.dropOldBases();
  return {
    root,
    context,
    keptAside,
    committed,
    noteCommitted: (commit) => context.transact((tx) => tx.add({ t: 'committed', commit }, () => void committed.add(commit))),
    compact: () => {
      if (log.isLong) log.replace(stateOf(context, root, committed));
    },
    dispose: () => {
      log.close();
      lower.dispose();
    },
  };
}
