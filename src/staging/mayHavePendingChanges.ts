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
  const lines = log.split('\n');
  lines.pop(); // what follows the last line break was cut
  for (const line of lines) {
    const records = parseTransaction(line);
    if (records === null) return true;
    for (const record of records) {
      if (record.t === 'entry') covered.add(`${record.directory}/${record.name}`);
      else if (record.t === 'clear') covered.delete(`${record.directory}/${record.name}`);
    }
  }
  return covered.size > 0;
}
