import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toUnifiedDiff } from '../../../src/cli/unifiedDiff';
import type { Change, ChangeDetails } from '../../../src/shared/changeSet';

const details: ChangeDetails = { id: 'i', baseHash: null, stagedHash: null, size: 0, mode: 0o644, marks: [] };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What git makes of the diffs is the check: it must take them, and come to the staged contents. */
describe('the change set as a diff', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'sunaba-diff-'));
  });
  beforeEach(() => {
    rmSync(folder, { recursive: true, force: true });
    folder = mkdtempSync(path.join(os.tmpdir(), 'sunaba-diff-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const apply = (diff: string): void =>
    void execFileSync('git', ['apply', '--whitespace=nowarn', '-'], { cwd: folder, input: diff, stdio: ['pipe', 'pipe', 'pipe'] });
  const file = (name: string): string => path.join(folder, name);

  it('a side that is too large to be held in memory is named, as what is no text is', () => {
    const change: Change = { kind: 'modified', path: 'f', entry: 'file', details };
    const named = 'diff --git a/f b/f\nBinary files a/f and b/f differ\n';
    expect(toUnifiedDiff(change, 'too large', bytes('x'))).toBe(named);
    expect(toUnifiedDiff(change, bytes('x'), 'too large')).toBe(named);
  });

  it('modified: any two texts, whatever their line ends', () => {
    const line = fc.constantFrom('a', 'b', 'c', '', 'ä ö', 'x\r', '+a', '-b', '@@ -1 +1 @@', '\\ No newline at end of file');
    const text = fc
      .tuple(fc.array(line, { maxLength: 12 }), fc.boolean())
      .map(([lines, end]) => lines.join('\n') + (end && lines.length > 0 ? '\n' : ''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        if (before === after || before === '' || after === '') return;
        writeFileSync(file('f.txt'), before);
        apply(toUnifiedDiff({ kind: 'modified', path: 'f.txt', entry: 'file', details }, bytes(before), bytes(after)));
        expect(readFileSync(file('f.txt'), 'utf8')).toBe(after);
      }),
      { numRuns: 60 },
    );
  });

  it.each([['new.txt'], ['a b.txt'], ['quote".txt'], ['tab\t.txt'], ['ü.txt'], ['back\\slash.txt'], ['new\nline.txt']])(
    'created: %j',
    (name) => {
      apply(toUnifiedDiff({ kind: 'created', path: name, entry: 'file', details: { ...details, mode: 0o755 } }, null, bytes('one\ntwo')));
      expect(readFileSync(file(name), 'utf8')).toBe('one\ntwo');
      expect(statSync(file(name)).mode & 0o111).not.toBe(0);
    },
  );

  it('created empty, deleted, renamed with an edit, linked, mode changed', () => {
    apply(toUnifiedDiff({ kind: 'created', path: 'empty', entry: 'file', details }, null, bytes('')));
    expect(readFileSync(file('empty'), 'utf8')).toBe('');
    writeFileSync(file('gone'), 'x\n');
    apply(toUnifiedDiff({ kind: 'deleted', path: 'gone', entry: 'file', details }, bytes('x\n'), null));
    expect(existsSync(file('gone'))).toBe(false);
    writeFileSync(file('old'), 'x\ny\n');
    apply(toUnifiedDiff({ kind: 'renamed', from: 'old', path: 'moved', entry: 'file', details }, bytes('x\ny\n'), bytes('x\nz\n')));
    expect(readFileSync(file('moved'), 'utf8')).toBe('x\nz\n');
    const link: Change = { kind: 'linked', path: 'link', target: 'moved', entry: 'symlink', details };
    apply(toUnifiedDiff(link, null, bytes('moved')));
    expect(readlinkSync(file('link'))).toBe('moved');
    apply(
      toUnifiedDiff(
        { kind: 'mode changed', path: 'moved', entry: 'file', details: { ...details, mode: 0o755 } },
        bytes('x\nz\n'),
        bytes('x\nz\n'),
      ),
    );
    expect(lstatSync(file('moved')).mode & 0o777).toBe(0o755);
    symlinkSync('none', file('removed-link'));
    apply(toUnifiedDiff({ kind: 'deleted', path: 'removed-link', entry: 'symlink', details }, bytes('none'), null));
    expect(() => lstatSync(file('removed-link'))).toThrow();
  });

  it('binary and very large files are named, not shown', () => {
    const change: Change = { kind: 'modified', path: 'b.bin', entry: 'file', details };
    expect(toUnifiedDiff(change, bytes('a\0b'), bytes('c'))).toBe('diff --git a/b.bin b/b.bin\nBinary files a/b.bin and b/b.bin differ\n');
    expect(toUnifiedDiff(change, bytes('x'.repeat(2_000_000)), bytes('c'))).toContain('differ');
    expect(toUnifiedDiff({ kind: 'created', path: 'd', entry: 'directory', details }, null, null)).toBe('');
  });
});
