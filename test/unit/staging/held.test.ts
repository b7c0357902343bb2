import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fixture } from './support';
import { protectedNames } from '../../support/protectedNames';

let fixture: Fixture;
beforeEach(() => {
  fixture = new Fixture();
});
afterEach(() => fixture.dispose());

const host = (path: string): string => join(fixture.folder, path);
/** As a guest would, with the folders above. */
const stage = (path: string, text: string): void => {
  const names = path.split('/');
  for (let depth = 1; depth < names.length; depth++) {
    const above = names.slice(0, depth).join('/');
    if (!existsInOverlay(above)) fixture.mkdir(above);
  }
  fixture.write(path, text);
};
const existsInOverlay = (path: string): boolean => {
  try {
    fixture.list(path);
    return true;
  } catch {
    return false;
  }
};

describe('protected files', () => {
  it.each(protectedNames)('T20, T22: %s, new, changed, removed or renamed, at the top or deep, stays as it is in the folder', (path) => {
    stage(path, 'evil');
    stage(`a/b/${path}`, 'evil');
    expect(fixture.read(path)).toBe('evil');
    const held = fixture.commitAll().held.map((each) => each.path);
    expect(held).toEqual(expect.arrayContaining([path, `a/b/${path}`]));
    expect(existsSync(host(path)) || existsSync(host(`a/b/${path}`))).toBe(false);
    fixture.staging().discard('all');

    for (const each of [path, `c/${path}`, `r/${path}`]) {
      mkdirSync(join(host(each), '..'), { recursive: true });
      writeFileSync(host(each), 'mine');
    }
    fixture.reopen();
    fixture.write(path, 'evil');
    fixture.unlink(`c/${path}`);
    fixture.rename(`r/${path}`, 'plain');
    const again = fixture.commitAll();
    expect(again.held.map((each) => each.path)).toEqual(expect.arrayContaining([path, `c/${path}`, 'plain']));
    for (const each of [path, `c/${path}`, `r/${path}`]) expect(readFileSync(host(each), 'utf8')).toBe('mine');
    expect(existsSync(host('plain'))).toBe(false);
  });

  it.each(['.VSCODE/Tasks.json', '.Git/config', '.GitHub/Workflows/x.yml'])('T13: %s is held on every system', (path) => {
    stage(path, 'evil');
    expect(fixture.commitAll().held).toContainEqual({ path, reason: 'protected' });
    expect(existsSync(host(path))).toBe(false);
  });

  it.each([
    '.g\u200cit/config',
    '.\uff47it/config',
    '.v\u017fcode/tasks.json',
    '.g\u0069\ufe0ft/config',
    '.\u2139dea/x',
    '.git\u00ad/config',
  ])('T14: %j, another form of a protected name, is held', (path) => {
    stage(path, 'evil');
    expect(fixture.commitAll().held).toContainEqual({ path, reason: 'protected' });
    expect(existsSync(host(path))).toBe(false);
  });

  it('T15: names that are a protected one on Windows are held where they are plain names; others are not', () => {
    const aliases = ['.git./config', 'GIT~1/config', '.vscode::$INDEX_ALLOCATION/x', '.npmrc::$DATA', '.envrc '];
    const plain = ['COM1', 'a:b', 'con.txt', '\\\\server\\share'];
    for (const path of [...aliases, ...plain]) stage(path, 'x');
    const report = fixture.commitAll();
    expect(report.held.map((each) => each.path)).toEqual(expect.arrayContaining(aliases));
    expect(report.applied).toEqual(expect.arrayContaining(plain));
    expect(readdirSync(fixture.folder).sort()).toEqual([...plain].sort());
  });

  it('T26: what a build runs is applied, each with its mark', () => {
    const names = ['package.json', 'build.rs', 'app.gradle', 'x.csproj', 'package-lock.json', 'Cargo.lock', 'yarn.lock', 'pnpm-lock.yaml'];
    for (const name of names) stage(name, 'x');
    const { changes } = fixture.staging().changes();
    expect(changes.map((change) => [change.path, change.details.marks])).toEqual(
      [...names].sort().map((name) => [name, ['runs on build']]),
    );
    expect(fixture.commitAll()).toMatchObject({ held: [], applied: [...names].sort() });
  });
});

describe('T57: what a commit keeps while it runs', () => {
  it('is in private directories, each file made where none was', () => {
    writeFileSync(host('f'), 'old');
    fixture.write('f', 'new');
    fixture.write('g', 'new');
    const seen: string[] = [];
    const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
    const staging = fixture.staging((done) => {
      if (done !== 'prepared') return;
      const [aside = ''] = readdirSync(fixture.folder).filter((name) => name.startsWith('.sunaba-commit-'));
      seen.push(`aside ${modeOf(host(aside))} ${readdirSync(host(aside)).sort().join()}`);
      const state = join(fixture.top, 'state');
      const [folder = ''] = readdirSync(state);
      const [commit = ''] = readdirSync(join(state, folder, 'commits'));
      seen.push(`state ${modeOf(state)} lock ${modeOf(join(state, folder, 'lock'))}`);
      seen.push(`commit ${modeOf(join(state, folder, 'commits', commit))}`);
      seen.push(`journal ${modeOf(join(state, folder, 'commits', commit, 'journal.json'))}`);
    });
    staging.commit({ ids: 'all', approvedProtected: [], dirtyPaths: [] });
    expect(seen).toEqual(['aside 700 new-1,new-2,old-1', 'state 700 lock 600', 'commit 700', 'journal 600']);
  });
});
