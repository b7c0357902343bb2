import { diffArrays } from 'diff';

/** Differences beyond this many lines are counted as all removed and all added: the figure is for a reader, not for a patch. */
const maxEditLength = 2000;

export interface LineCounts {
  readonly added: number;
  readonly removed: number;
}

/** Lines added and removed between two texts. */
export function countLines(base: Buffer | null, staged: Buffer | null): LineCounts {
  const before = linesOf(base);
  const after = linesOf(staged);
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  const removed = before.slice(start, before.length - end);
  const added = after.slice(start, after.length - end);
  if (removed.length === 0 || added.length === 0) return { added: added.length, removed: removed.length };
  const parts = diffArrays(removed, added, { maxEditLength });
  if (parts === undefined) return { added: added.length, removed: removed.length };
  const count = (which: 'added' | 'removed'): number => parts.filter((part) => part[which]).reduce((sum, part) => sum + part.count, 0);
  return { added: count('added'), removed: count('removed') };
}

function linesOf(bytes: Buffer | null): string[] {
  if (bytes === null || bytes.length === 0) return [];
  const lines = bytes.toString('latin1').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
