import fc from 'fast-check';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noFileRules } from '../../../src/permissions/filePolicy';
import { diskCode, fill, onDisk, onOverlay, operation, runs, showDisk, showOverlay } from './operations';
import { codeOf, Fixture } from './support';

/*
 * The same operations on the overlay and on a real directory must give the same errno, the same tree and the same
 * contents; the folder below the overlay must not change; and a restart must not change what is seen.
 */

describe('the overlay and a real directory', () => {
  it('agree on errno, tree and contents, whatever is done', { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 25 }), (steps) => {
        const fixture = new Fixture(noFileRules);
        try {
          fill(fixture.folder);
          const real = join(fixture.top, 'real');
          mkdirSync(real);
          fill(real);
          const before = showDisk(fixture.folder);
          for (const step of steps) {
            const overlay = codeOf(() => onOverlay(fixture, step));
            if (overlay === 'notcapable') {
              // The real directory has an outside, the overlay has none: there the two part.
              return;
            }
            expect([step, overlay]).toEqual([step, diskCode(() => onDisk(real, step))]);
            expect(showOverlay(fixture)).toEqual(showDisk(real));
          }
          fixture.reopen();
          expect(showOverlay(fixture)).toEqual(showDisk(real));
          expect(showDisk(fixture.folder)).toEqual(before);
        } finally {
          fixture.dispose();
        }
      }),
      { numRuns: runs },
    );
  });
});
