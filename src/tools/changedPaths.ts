import type { LedgerSummary } from '../shared/ledger';

const named = 30;

/** `M a, A b, D c` for what a call did to the workspace, or an empty string. What came and went within the call is left out. */
export function changedPaths(ledger: LedgerSummary): string {
  const created = new Set(ledger.created);
  const removed = new Set(ledger.removed);
  const entries = [
    ...ledger.written.filter((path) => !created.has(path) && !removed.has(path)).map((path) => ['M', path] as const),
    ...ledger.created.filter((path) => !removed.has(path)).map((path) => ['A', path] as const),
    ...ledger.removed.filter((path) => !created.has(path)).map((path) => ['D', path] as const),
    ...ledger.created.filter((path) => removed.has(path) && ledger.written.includes(path)).map((path) => ['M', path] as const),
  ]
    .map(([letter, path]) => [letter, path.replace(/^\/workspace\//, '')] as const)
    .filter(([, path]) => path !== '' && !path.startsWith('/'))
    .sort(([, a], [, b]) => (a < b ? -1 : 1));
  const list = entries.slice(0, named).map(([letter, path]) => `${letter} ${path}`);
  const more = entries.length - list.length;
  if (more > 0) list.push(`and ${more} more`);
  else if (ledger.truncated) list.push('and more');
  return list.join(', ');
}
