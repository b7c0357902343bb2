import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseTransaction } from './overlay/records';

/**
 * Whether a conversation's storage (host path) holds changes that may not be in the folder yet. Reads what is on disk
 * and needs no lock, so that a start can ask without opening the overlay; false only where nothing is staged.
 */
export async function mayHavePendingChanges(storage: string): Promise<boolean> {
  let log: string;
  try {
    log = await readFile(join(storage, 'overlay', 'log'), 'utf8');
  } catch {
    return false;
  }
  const covered = new Set<string>();
  for (const line of log.split('\n')) {
    for (const record of parseTransaction(line) ?? []) {
      if (record.t === 'entry') covered.add(`${record.directory}/${record.name}`);
      else if (record.t === 'clear') covered.delete(`${record.directory}/${record.name}`);
    }
  }
  return covered.size > 0;
}
