import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../../../src/shared/changeSet';
import { codeOf, creating, cx, Fixture } from './support';

let fixture: Fixture;
beforeEach(() => {
  fixture = new Fixture();
});
afterEach(() => fixture.dispose());

const host = (path: string): string => join(fixture.folder, path);
const put = (path: string, text: string): void => {
  mkdirSync(join(host(path), '..'), { recursive: true });
  writeFileSync(host(path), text);
};
const changes = (): readonly Change[] => fixture.staging().changes().changes;
const change = (path: string): Change => {
  const found = changes().find((each) => each.path === path);
  if (found === undefined) throw new Error(`no change of ${path}`);
  return found;
};
/** Commits everything in every way that is no click on the file itself: all of it is held. */
const isHeld = (path: string): void => {
  const ids = changes().map((each) => each.details.id);
  const report = fixture.staging().commit({ ids, approvedProtected: [], dirtyPaths: [] });
  expect(report.held).toContainEqual({ path, reason: 'protected' });
  expect(report.applied).not.toContain(path);
};

describe('the change set', () => {
  it('tells what was created, modified, deleted, renamed, linked, and of other mode', () => {
    put('m', 'one\ntwo\nthree\n');
    put('d', 'gone\n');
    put('r', 'moved\n');
    put('x', '#!/bin/sh\n');
    put('same', 'same');
    fixture.write('m', 'one\n2\nthree\nfour\n');
    fixture.unlink('d');
    fixture.rename('r', 'r2');
    fixture.write('c', 'new\n');
    fixture.symlink('m', 'l');
    fixture.namespace.chmod(cx, fixture.base, 'x', true, 0o755);
    fixture.write('same', 'same');
    expect(changes().map((each) => [each.kind, each.path, each.details.lines])).toEqual([
      ['created', 'c', { added: 1, removed: 0 }],
      ['deleted', 'd', { added: 0, removed: 1 }],
      ['linked', 'l', undefined],
      ['modified', 'm', { added: 2, removed: 1 }],
      ['renamed', 'r2', { added: 0, removed: 0 }],
      ['mode changed', 'x', { added: 0, removed: 0 }],
    ]);
    expect(change('r2')).toMatchObject({ from: 'r' });
    expect(change('x').details.marks).toEqual(['executable']);
    const again = fixture.staging().changes();
    expect(again.id).toBe(fixture.staging().changes().id);
    const staging = fixture.staging();
    expect(Buffer.from(staging.read('m', 'base') ?? []).toString()).toBe('one\ntwo\nthree\n');
    expect(Buffer.from(staging.read('r2', 'base') ?? []).toString()).toBe('moved\n');
    expect(Buffer.from(staging.read('c', 'staged') ?? []).toString()).toBe('new\n');
    expect(staging.read('c', 'base')).toBeNull();
    expect(staging.read('d', 'staged')).toBeNull();
  });

  it('shows a renamed directory as moves of what is in it', () => {
    put('a/1', '1');
    put('a/b/2', '2');
    fixture.rename('a', 'z');
    expect(changes().map((each) => (each.kind === 'renamed' ? [each.from, each.path, each.entry] : each.kind))).toEqual([
      ['a', 'z', 'directory'],
      ['a/1', 'z/1', 'file'],
      ['a/b', 'z/b', 'directory'],
      ['a/b/2', 'z/b/2', 'file'],
    ]);
    const before = statSync(host('a/b/2')).ino;
    expect(fixture.commitAll()).toMatchObject({ held: [], conflicts: [] });
    expect(statSync(host('z/b/2')).ino).toBe(before);
    expect(existsSync(host('a'))).toBe(false);
  });

  it('T26: what a build runs is applied, and marked', () => {
    put('package.json', '{}');
    fixture.write('package.json', '{"scripts":{"postinstall":"x"}}');
    expect(change('package.json').details.marks).toEqual(['runs on build']);
    expect(fixture.commitAll().applied).toEqual(['package.json']);
  });

  it('T38: bidirectional and invisible characters are marked; accents, emoji and a byte order mark are not', () => {
    for (const [name, text] of [
      ['bidi', 'a\u202eb'],
      ['zero', 'a\u200bb'],
      ['tag', 'a\u{e0041}'],
      ['joiner', 'a\u200db'],
    ] as const)
      fixture.write(name, text);
    for (const [name, text] of [
      ['accents', 'é\u0301ü漢'],
      ['emoji', '👩\u200d💻 ❤\ufe0f 👩🏽\u200d🚀'],
      ['bom', '\ufefftext'],
    ] as const)
      fixture.write(name, text);
    const marked = changes().filter((each) => each.details.marks.includes('bidirectional or invisible characters'));
    expect(marked.map((each) => each.path)).toEqual(['bidi', 'joiner', 'tag', 'zero']);
  });

  it('marks binary and large files', () => {
    fixture.write('bin', 'a\0b');
    const large = fixture.open('large', creating);
    large.truncate(cx, 2 * 1024 * 1024);
    large.close();
    expect(change('bin').details.marks).toEqual(['binary']);
    expect(change('large').details).toMatchObject({ marks: ['large'], size: 2 * 1024 * 1024 });
  });
});

describe('protected files', () => {
  it('T19: settings that switch on approvals are held', () => {
    put('.vscode/settings.json', '{}');
    fixture.write('.vscode/settings.json', '{"chat.tools.autoApprove":true}');
    expect(fixture.read('.vscode/settings.json')).toContain('autoApprove');
    isHeld('.vscode/settings.json');
    expect(readFileSync(host('.vscode/settings.json'), 'utf8')).toBe('{}');
  });

  it('T20, T21: creation is held, at any depth; a click on that very file applies it', () => {
    for (const directory of ['a', 'a/b', 'a/b/.vscode']) fixture.mkdir(directory);
    fixture.write('a/b/.vscode/tasks.json', '{}');
    isHeld('a/b/.vscode/tasks.json');
    expect(existsSync(host('a/b/.vscode'))).toBe(false);
    const { id } = change('a/b/.vscode/tasks.json').details;
    const report = fixture.staging().commit({ ids: [id], approvedProtected: ['a/b/.vscode/tasks.json'], dirtyPaths: [] });
    expect(report.held).toEqual([]);
    expect(readFileSync(host('a/b/.vscode/tasks.json'), 'utf8')).toBe('{}');
  });

  it('T22: removal and renaming away are held too', () => {
    put('.github/workflows/ci.yml', 'on: push');
    put('.npmrc', 'x=y');
    fixture.unlink('.npmrc');
    fixture.rename('.github/workflows/ci.yml', 'ci.yml');
    isHeld('.npmrc');
    isHeld('ci.yml');
    expect(existsSync(host('.npmrc')) && existsSync(host('.github/workflows/ci.yml'))).toBe(true);
  });

  it('T23: a .git file, a nested repository and the shape of a bare one are held', () => {
    fixture.write('.git', 'gitdir: /tmp/evil');
    fixture.mkdir('sub');
    fixture.mkdir('sub/.git');
    fixture.write('sub/.git/config', '[core]\nfsmonitor = x');
    for (const directory of ['bare', 'bare/objects', 'bare/refs']) fixture.mkdir(directory);
    fixture.write('bare/HEAD', 'ref: refs/heads/main');
    fixture.write('bare/config', '[core]\nfsmonitor = x');
    for (const path of ['.git', 'sub/.git/config', 'bare/config', 'bare/HEAD']) isHeld(path);
    expect(existsSync(host('bare/config'))).toBe(false);
  });

  it('T23: a repository that turns bare by what is added to it is held', () => {
    put('shape/objects/x', '');
    put('shape/refs/x', '');
    put('shape/config', '[core]');
    fixture.write('shape/HEAD', 'ref: x');
    fixture.write('shape/config', '[core]\nfsmonitor = x');
    isHeld('shape/HEAD');
    isHeld('shape/config');
  });

  it('T24: through a link into a protected folder, it is the protected file', () => {
    put('.vscode/tasks.json', '{}');
    fixture.symlink('.vscode', 'v');
    fixture.write('v/tasks.json', '{"evil":1}');
    isHeld('.vscode/tasks.json');
    expect(readFileSync(host('.vscode/tasks.json'), 'utf8')).toBe('{}');
  });

  it('T24: a protected name that is a link of the user to a plain folder protects that folder', () => {
    put('cfg/tasks.json', '{}');
    symlinkSync('cfg', host('.vscode'));
    fixture.write('cfg/tasks.json', '{"evil":1}');
    isHeld('cfg/tasks.json');
  });

  it('T25: a tree renamed into .git, and .vscode renamed away, edited and renamed back', () => {
    put('.git/HEAD', 'ref: x');
    put('.vscode/tasks.json', '{}');
    fixture.mkdir('hooks');
    fixture.write('hooks/pre-commit', 'evil');
    fixture.rename('hooks', '.git/hooks');
    fixture.rename('.vscode', 'v');
    fixture.write('v/tasks.json', '{"evil":1}');
    fixture.rename('v', '.vscode');
    isHeld('.git/hooks/pre-commit');
    isHeld('.vscode/tasks.json');
    expect(existsSync(host('.git/hooks'))).toBe(false);
    expect(readFileSync(host('.vscode/tasks.json'), 'utf8')).toBe('{}');
  });

  it('T13, T14: other spellings are held too', () => {
    fixture.mkdir('.VSCODE');
    fixture.write('.VSCODE/Tasks.json', '{}');
    fixture.mkdir('.g\u200cit');
    fixture.write('.g\u200cit/config', 'x');
    isHeld('.VSCODE/Tasks.json');
    isHeld('.g\u200cit/config');
  });
});

describe('links', () => {
  it('T27: those that leave the folder are never committed, whatever is clicked', () => {
    fixture.symlink('/etc/passwd', 'absolute');
    fixture.mkdir('d');
    fixture.symlink('../../x', 'd/up');
    fixture.symlink('.', 'here');
    fixture.symlink('here/../..', 'through');
    fixture.symlink('d/../here', 'inside');
    const paths = changes().map((each) => each.path);
    const report = fixture.commitAll(paths);
    expect(report.held.map((each) => [each.path, each.reason])).toEqual([
      ['absolute', 'link leaves the folder'],
      ['d/up', 'link leaves the folder'],
      ['through', 'link leaves the folder'],
    ]);
    expect(report.applied).toEqual(['d', 'here', 'inside']);
    expect(changes().map((each) => each.path)).toEqual(['absolute', 'd/up', 'through']);
  });

  it('T27: a link to itself, a loop and a link to nothing stay in the folder and are committed', () => {
    mkdirSync(host('there'));
    fixture.mkdir('empty');
    const inside = { 'empty/a': 'a', 'there/a': './a', one: 'two', two: 'one', grows: 'grows/x', dangling: 'empty/nothing', back: 'a\\b' };
    for (const [path, target] of Object.entries(inside)) fixture.symlink(target, path);
    expect(fixture.commitAll()).toMatchObject({ held: [], conflicts: [] });
    for (const [path, target] of Object.entries(inside)) expect(readlinkSync(host(path)), path).toBe(target);
    expect(changes()).toEqual([]);
  });

  it('T27: more links in a row than the guard follows still lead out, and so do the separators of Windows', () => {
    symlinkSync('../..', host('last'));
    for (let i = 0; i < 60; i++) symlinkSync(i === 0 ? 'last' : `l${i - 1}`, host(`l${i}`));
    fixture.symlink('l59', 'long');
    fixture.symlink('..\\..\\x', 'windows');
    fixture.symlink('\\x', 'root');
    expect(fixture.commitAll().held.map((each) => each.path)).toEqual(['long', 'root', 'windows']);
    expect(readdirSync(fixture.folder)).not.toContain('long');
  });

  it('T27: a text that is too long to be walked from the top is held', () => {
    const deep = Array.from({ length: 12 }, () => 'd'.repeat(250));
    deep.forEach((_, depth) => fixture.mkdir(deep.slice(0, depth + 1).join('/')));
    fixture.symlink('.', 'here');
    const up = '../'.repeat(12);
    fixture.symlink(`${up}${'here/'.repeat(200)}../x`, `${deep.join('/')}/l`);
    expect(fixture.commitAll().held).toMatchObject([{ reason: 'link leaves the folder' }]);
  });
});

describe('conflicts', () => {
  it('T47: an approval is bound to what was shown', () => {
    put('f', 'old');
    fixture.write('f', 'shown');
    const staging = fixture.staging();
    const { id } = staging.changes().changes[0]?.details ?? { id: '' };
    fixture.write('f', 'other');
    const report = staging.commit({ ids: [id], approvedProtected: [], dirtyPaths: [] });
    expect(report).toMatchObject({ commitId: null, applied: [], conflicts: [{ path: 'f', reason: 'changed since it was shown' }] });
    expect(readFileSync(host('f'), 'utf8')).toBe('old');
  });

  it('T58: changed, removed or created on disk, or unsaved in an editor: a conflict, and nothing is overwritten', () => {
    for (const name of ['changed', 'removed', 'dirty', 'gone']) put(name, 'old');
    put('mode', 'old');
    for (const name of ['changed', 'removed', 'dirty', 'created', 'mode']) fixture.write(name, 'new');
    fixture.unlink('gone');
    put('changed', 'user');
    put('created', 'user');
    put('gone', 'user');
    chmodSync(host('mode'), 0o600);
    const staging = fixture.staging();
    const removed = host('removed');
    writeFileSync(removed, 'x');
    const report = staging.commit({ ids: 'all', approvedProtected: [], dirtyPaths: ['dirty'] });
    expect(report.applied).toEqual([]);
    expect(report.conflicts).toEqual([
      { path: 'changed', reason: 'changed on disk' },
      { path: 'created', reason: 'created on disk' },
      { path: 'dirty', reason: 'unsaved in an editor' },
      { path: 'gone', reason: 'changed on disk' },
      { path: 'mode', reason: 'changed on disk' },
      { path: 'removed', reason: 'changed on disk' },
    ]);
    expect([readFileSync(host('changed'), 'utf8'), readFileSync(host('created'), 'utf8')]).toEqual(['user', 'user']);
    expect(staging.changes().changes).toHaveLength(6);
  });

  it('T58: unsaved in an editor that has the file under another spelling, or under the name that it was moved from', () => {
    put('readme', 'old');
    put('Moved.txt', 'old');
    fixture.write('readme', 'new');
    fixture.rename('Moved.txt', 'there.txt');
    const report = fixture.staging().commit({ ids: 'all', approvedProtected: [], dirtyPaths: ['README', 'moved.txt'] });
    expect(report).toMatchObject({ commitId: null, applied: [] });
    expect(report.conflicts).toEqual([
      { path: 'readme', reason: 'unsaved in an editor' },
      { path: 'there.txt', reason: 'unsaved in an editor' },
    ]);
  });

  it('T58: touched but not changed is no conflict', () => {
    put('f', 'old');
    fixture.write('f', 'new');
    put('f', 'old');
    expect(fixture.commitAll()).toMatchObject({ applied: ['f'], conflicts: [] });
  });

  it('a file that appears in a folder to be removed keeps the folder', () => {
    put('d/a', '1');
    fixture.unlink('d/a');
    fixture.rmdir('d');
    put('d/new', 'user');
    const report = fixture.commitAll();
    expect(report.applied).toEqual(['d/a']);
    expect(readFileSync(host('d/new'), 'utf8')).toBe('user');
    expect(codeOf(() => fixture.read('d/new'))).toBe('noent');
    fixture.staging().discard(['d']);
    expect(fixture.list('d')).toEqual(['new']);
  });

  it('an edit in the review is staged on what the folder has now', () => {
    put('f', 'old');
    fixture.write('f', 'new');
    put('f', 'user');
    const staging = fixture.staging();
    expect(staging.commit({ ids: 'all', approvedProtected: [], dirtyPaths: [] }).conflicts).toHaveLength(1);
    const edited = staging.edit('f', Buffer.from('merged'));
    expect(edited?.kind).toBe('modified');
    expect(staging.commit({ ids: 'all', approvedProtected: [], dirtyPaths: [] }).applied).toEqual(['f']);
    expect(readFileSync(host('f'), 'utf8')).toBe('merged');
    expect(staging.edit('f', Buffer.from('merged'))).toBeNull();
  });

  it('T59: mode, byte order mark and line endings are kept', () => {
    put('f', '\ufeffone\r\ntwo\r\n');
    chmodSync(host('f'), 0o750);
    const file = fixture.open('f', { write: true });
    file.write(cx, Buffer.from('\ufeffONE\r\n'), 0);
    file.close();
    fixture.commitAll();
    expect(readFileSync(host('f'), 'utf8')).toBe('\ufeffONE\r\ntwo\r\n');
    expect(statSync(host('f')).mode & 0o7777).toBe(0o750);
  });
});
