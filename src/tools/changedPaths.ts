import type { StagingPort } from '../sandbox/sandbox';
import type { Change } from '../shared/changeSet';
import type { LedgerSummary } from '../shared/ledger';

const named = 30;

/**
 * `M a, A b, D c` for what a call did to the workspace, or an empty string. What came within the call is what the change
 * set says of it: it may have taken an old file's place, or be gone again, as a temporary file is.
 */
export async function changedPaths(ledger: LedgerSummary, staging: StagingPort): Promise<string> {
  const created = new Set(ledger.created);
  const removed = new Set(ledger.removed);
  const letters = new Map<string, string>();
  for (const path of ledger.written) letters.set(path, 'M');
  for (const path of created) letters.set(path, 'A');
  for (const path of removed) letters.set(path, 'D');
  if (created.size > 0) {
    const staged = new Map((await staging.changes()).changes.map((change) => [change.path, change]));
    for (const path of created) {
      const change = staged.get(shown(path));
      if (change === undefined) letters.delete(path);
      else letters.set(path, letterOf(change));
    }
  }
  const entries = [...letters]
    .map(([path, letter]) => [letter, shown(path)] as const)
    .filter(([, path]) => path !== '' && !path.startsWith('/'))
    .sort(([, a], [, b]) => (a < b ? -1 : 1));
  const list = entries.slice(0, named).map(([letter, path]) => `${letter} ${path}`);
  const more = entries.length - list.length;
  if (more > 0) list.push(`and ${more} more`);
  else if (ledger.truncated) list.push('and more');
  return list.join(', ');
}

function shown(path: string): string {
  return path.replace(/^\/workspace\//, '');
}

function letterOf(change: Change): string {
  switch (change.kind) {
    case 'created':
    case 'linked':
    case 'renamed':
      return 'A';
    case 'deleted':
      return 'D';
    case 'modified':
    case 'mode changed':
      return 'M';
  }
}
