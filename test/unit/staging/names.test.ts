import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noFileRules } from '../../../src/permissions/filePolicy';
import { createNamespace } from '../../../src/staging/namespace';
import { codeOf, creating, cx, Fixture, reading } from './support';

let fixture: Fixture;
beforeEach(() => {
  fixture = new Fixture(noFileRules);
});
afterEach(() => fixture.dispose());

describe('names that Windows has another meaning for', () => {
  const names = ['.git.', '.git ', 'GIT~1', 'f::$DATA', 'f:x', 'COM1', 'con.txt', 'C:x', '\\\\?\\x', '\\\\server\\share', 'a\\b', 'a*'];

  it.each(names)('T15: %j is refused there by every operation, whether it is there or not; elsewhere it is a plain name', (name) => {
    writeFileSync(join(fixture.folder, name), 'there');
    const tree = { kind: 'tree', tree: fixture.tree } as const;
    const windows = createNamespace({ mounts: new Map([['/workspace', tree]]), platform: 'win32' });
    const base = windows.openRoot('/workspace');
    fixture.write('plain', 'x');
    fixture.mkdir('d');
    for (const path of [name, `d/${name}`, `${name}/below`]) {
      expect(
        codeOf(() => windows.open(cx, base, path, reading)),
        path,
      ).toBe('acces');
      expect(
        codeOf(() => windows.open(cx, base, path, creating)),
        path,
      ).toBe('acces');
      expect(
        codeOf(() => windows.stat(cx, base, path, false)),
        path,
      ).toBe('acces');
      expect(
        codeOf(() => windows.mkdir(cx, base, path)),
        path,
      ).toBe('acces');
      expect(
        codeOf(() => windows.unlink(cx, base, path)),
        path,
      ).toBe('acces');
      expect(
        codeOf(() => windows.rename(cx, base, 'plain', base, path)),
        path,
      ).toBe('acces');
      expect(
        codeOf(() => windows.symlink(cx, 'plain', base, path)),
        path,
      ).toBe('acces');
      expect(
        codeOf(() => windows.link(cx, base, 'plain', false, base, path)),
        path,
      ).toBe('acces');
    }
    windows.symlink(cx, name, base, 'link');
    expect(codeOf(() => windows.open(cx, base, 'link', reading))).toBe('acces');
    expect(fixture.read(name)).toBe('there');
  });
});

describe('a mode that the user changed', () => {
  it('is no change of a guest, and is not taken back by a commit', () => {
    mkdirSync(join(fixture.folder, 'd'));
    writeFileSync(join(fixture.folder, 'd/f'), 'f');
    chmodSync(join(fixture.folder, 'd'), 0o755);
    chmodSync(join(fixture.folder, 'd/f'), 0o644);
    fixture.write('d/new', 'n');
    fixture.write('d/f', 'f');
    chmodSync(join(fixture.folder, 'd'), 0o700);
    chmodSync(join(fixture.folder, 'd/f'), 0o600);
    expect(fixture.staging().changes().changes).toMatchObject([{ kind: 'created', path: 'd/new' }]);
    expect(fixture.commitAll()).toMatchObject({ applied: ['d/new'], conflicts: [] });
    expect(statSync(join(fixture.folder, 'd')).mode & 0o777).toBe(0o700);
    expect(statSync(join(fixture.folder, 'd/f')).mode & 0o777).toBe(0o600);
    fixture.namespace.chmod(cx, fixture.base, 'd', true, 0o711);
    expect(fixture.staging().changes().changes).toMatchObject([{ kind: 'mode changed', path: 'd' }]);
  });
});
