/** What stands, or is to stand, at a path of the folder, as a journal tells it. */
export type EntryState =
  | { readonly kind: 'file'; readonly hash: string; readonly mode: number }
  | { readonly kind: 'directory'; readonly mode: number }
  | { readonly kind: 'symlink'; readonly target: string };

export function isEntryState(value: unknown): value is EntryState {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  switch (value.kind) {
    case 'file':
      return 'hash' in value && typeof value.hash === 'string' && 'mode' in value && typeof value.mode === 'number';
    case 'directory':
      return 'mode' in value && typeof value.mode === 'number';
    case 'symlink':
      return 'target' in value && typeof value.target === 'string';
    default:
      return false;
  }
}

export function isSameState(a: EntryState | null, b: EntryState | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.kind === 'file') return b.kind === 'file' && a.hash === b.hash && a.mode === b.mode;
  if (a.kind === 'symlink') return b.kind === 'symlink' && a.target === b.target;
  return b.kind === 'directory';
}
