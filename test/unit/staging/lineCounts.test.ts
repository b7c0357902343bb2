import { diffArrays } from 'diff';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countLines } from '../../../src/staging/changes/lineCounts';
import { runs } from './operations';

const linesOf = (text: string): string[] => {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
};

/** The same figure from a diff of all lines, with nothing cut away before. */
function countPlainly(base: string, staged: string): { added: number; removed: number } {
  const parts = diffArrays(linesOf(base), linesOf(staged));
  const count = (which: 'added' | 'removed'): number => parts.filter((part) => part[which]).reduce((sum, part) => sum + part.count, 0);
  return { added: count('added'), removed: count('removed') };
}

describe('lines added and removed', () => {
  it('are those of a plain diff, whatever the two texts have in common', () => {
    // With more lines than are compared pair by pair, and with fewer.
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\n', '\r'), maxLength: 60, size: 'max' });
    const pair = fc.tuple(text, text, text, text).map(([start, one, two, end]) => [start + one + end, start + two + end] as const);
    // Longer than what is compared at once.
    const long = fc.tuple(pair, fc.string({ unit: fc.constantFrom('a', '\n'), minLength: 250, maxLength: 700 }), fc.boolean());
    const padded = long.map(([[base, staged], same, before]): [string, string] =>
      before ? [same + base, same + staged] : [base + same, staged + same],
    );
    fc.assert(
      fc.property(fc.oneof(pair, padded, fc.tuple(text, text)), ([base, staged]) => {
        expect(countLines(Buffer.from(base), Buffer.from(staged))).toEqual(countPlainly(base, staged));
      }),
      { numRuns: runs * 20 },
    );
  });

  it('of a side that is not there are all lines of the other one', () => {
    expect(countLines(null, Buffer.from('a\nb'))).toEqual({ added: 2, removed: 0 });
    expect(countLines(Buffer.from('a\nb\n'), null)).toEqual({ added: 0, removed: 2 });
    expect(countLines(null, null)).toEqual({ added: 0, removed: 0 });
    expect(countLines(Buffer.from('a\n'), Buffer.from('a'))).toEqual({ added: 0, removed: 0 });
  });
});
