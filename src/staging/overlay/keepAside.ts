import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivateDirectory, syncDirectory } from '../privateFile';
import type { BlobStore } from './blobStore';

/**
 * Keeps what could not be read of an overlay for whoever looks for it: its log as it was, and the contents that nothing
 * leads to any more, each by the number that the log has for it. Gives the path of the host where all that is.
 */
export function keepAside(storage: string, blobs: BlobStore, lost: readonly number[]): string {
  let number = 1;
  while (existsSync(join(storage, `unreadable-${number}`))) number++;
  const aside = join(storage, `unreadable-${number}`);
  makePrivateDirectory(aside);
  copyFileSync(join(storage, 'log'), join(aside, 'log'));
  for (const id of lost) blobs.moveOut(id, join(aside, String(id)));
  syncDirectory(aside);
  return aside;
}
