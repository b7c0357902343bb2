import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFilePolicy, noFileRules } from '../../../src/permissions/filePolicy';
import { createNamespace } from '../../../src/staging/namespace';
import { createOverlayTree } from '../../../src/staging/overlay/overlayTree';
import { fill, onOverlay, operation, runs, showDisk } from './operations';
import { codeOf, cx, Fixture } from './support';

/** Names and kinds of everything that guests see, every file opened and read. */
function shapeOf(folder: string, storage: string): string[] {
  const tree = createOverlayTree({ root: folder, storage, policy: createFilePolicy(noFileRules), guestPath: '/workspace' });
  try {
    const namespace = createNamespace({ mounts: new Map([['/workspace', { kind: 'tree', tree }]]) });
    const walk = (path: string): string[] =>
      namespace
        .openRoot(path)
        .entries(cx)
        .filter(({ name }) => name !== '.' && name !== '..')
        .flatMap(({ name, kind }) => {
          const below = `${path}/${name}`;
          if (kind === 'directory') return [`${below}/`, ...walk(below)];
          if (kind === 'file') {
            const base = namespace.openRoot(path);
            const file = namespace.open(cx, base, name, {
              read: true,
              write: false,
              create: false,
              exclusive: false,
              truncate: false,
              directory: false,
              follow: false,
            });
            if (file.kind === 'file') {
              file.read(cx, new Uint8Array(file.stat().size), 0);
              file.close();
            }
          }
          return [`${below} ${kind}`];
        });
    return walk('/workspace').sort();
  } finally {
    tree.dispose();
  }
}

describe('the upper layer after a crash', () => {
  it('its log cut at any byte gives what guests saw after some of their operations, in order', { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 12 }), fc.nat(), (steps, cut) => {
        const fixture = new Fixture(noFileRules);
        try {
          fill(fixture.folder);
          const log = join(fixture.storage, 'log');
          const before = showDisk(fixture.folder);
          const shapes = [shapeOf(fixture.folder, join(fixture.top, 'none'))];
          for (const step of steps) {
            codeOf(() => onOverlay(fixture, step));
            const copy = join(fixture.top, 'copy');
            cpSync(fixture.storage, copy, { recursive: true });
            shapes.push(shapeOf(fixture.folder, copy));
            rmSync(copy, { recursive: true });
          }
          const length = readFileSync(log).length;
          truncateSync(log, length === 0 ? 0 : cut % (length + 1));
          expect(shapes).toContainEqual(shapeOf(fixture.folder, fixture.storage));
          writeFileSync(log, `${readFileSync(log, 'utf8')}[{"t":"entry","dir\0\0\0\0`);
          expect(shapes).toContainEqual(shapeOf(fixture.folder, fixture.storage));
          expect(showDisk(fixture.folder)).toEqual(before);
        } finally {
          fixture.dispose();
        }
      }),
      { numRuns: runs },
    );
  });
});
