import { diffArrays } from 'diff';

/** Differences beyond this many lines are counted as all removed and all added: the figure is for a reader, not for a patch. */
const maxEditLength = 2000;

/** Up to so many pairs of lines are compared one by one, which takes less than to begin in a cleverer way. */
const maxPairs = 256;

export interface LineCounts {
  readonly added: number;
  readonly removed: number;
}

const newline = 10;

/** So many bytes are compared at once. */
const blockBytes = 256;

/** Lines added and removed between two texts. */
export function countLines(base: Buffer | null, staged: Buffer | null): LineCounts {
  if (base === null || base.length === 0) return { added: lineCount(staged), removed: 0 };
  if (staged === null || staged.length === 0) return { added: 0, removed: lineCount(base) };
  const [removed, added] = middles(base, staged);
  const isQuick = removed.length <= 1 || added.length <= 1 || removed.length * added.length <= maxPairs;
  const kept = isQuick ? commonLines(removed, added) : commonLinesOfMany(removed, added);
  return { added: added.length - kept, removed: removed.length - kept };
}

/** How many lines two texts have in common, in the same order. */
function commonLines(removed: readonly string[], added: readonly string[]): number {
  /** For the lines of `removed` so far: how many of the first lines of `added` are among them. */
  const counts = new Array<number>(added.length + 1).fill(0);
  for (const line of removed) {
    let before = 0;
    let left = 0;
    for (let at = 1; at < counts.length; at++) {
      const above = counts[at] ?? 0;
      left = line === added[at - 1] ? before + 1 : Math.max(left, above);
      counts[at] = left;
      before = above;
    }
  }
  return counts[added.length] ?? 0;
}

/** The same where there are many and most are alike; none where the texts differ too much. */
function commonLinesOfMany(removed: string[], added: string[]): number {
  const parts = diffArrays(removed, added, { maxEditLength }) ?? [];
  return parts.reduce((sum, part) => (part.added || part.removed ? sum : sum + part.count), 0);
}

/** The lines of two texts without those that both begin and end with. */
function middles(base: Buffer, staged: Buffer): [removed: string[], added: string[]] {
  const shorter = Math.min(base.length, staged.length);
  let start = commonStart(base, staged, shorter);
  start = start === 0 ? 0 : base.lastIndexOf(newline, start - 1) + 1;
  let end = commonEnd(base, staged, shorter - start);
  // What both end with begins after the first line break in it: before that may be the rest of a line that differs.
  const cut = end === 0 ? -1 : base.indexOf(newline, base.length - end);
  end = cut < 0 ? 0 : base.length - 1 - cut;
  const before = linesOf(base.toString('latin1', start, base.length - end));
  const after = linesOf(staged.toString('latin1', start, staged.length - end));
  let first = 0;
  while (first < before.length && first < after.length && before[first] === after[first]) first++;
  let last = 0;
  while (last < before.length - first && last < after.length - first && before.at(-1 - last) === after.at(-1 - last)) last++;
  return [before.slice(first, before.length - last), after.slice(first, after.length - last)];
}

/** How many bytes are the same at the starts of two texts, `most` at most. */
function commonStart(base: Buffer, staged: Buffer, most: number): number {
  let same = 0;
  while (same + blockBytes <= most && base.compare(staged, same, same + blockBytes, same, same + blockBytes) === 0) same += blockBytes;
  while (same < most && base[same] === staged[same]) same++;
  return same;
}

function commonEnd(base: Buffer, staged: Buffer, most: number): number {
  let same = 0;
  for (; same + blockBytes <= most; same += blockBytes) {
    const [at, from] = [base.length - same, staged.length - same];
    if (base.compare(staged, from - blockBytes, from, at - blockBytes, at) !== 0) break;
  }
  while (same < most && base[base.length - 1 - same] === staged[staged.length - 1 - same]) same++;
  return same;
}

function lineCount(bytes: Buffer | null): number {
  if (bytes === null || bytes.length === 0) return 0;
  let lines = bytes.at(-1) === newline ? 0 : 1;
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) lines++;
  return lines;
}

function linesOf(text: string): string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
