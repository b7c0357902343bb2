import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runsOnBuild } from '../../../src/permissions/buildFiles';
import { createFilePolicy, defaultFileRules } from '../../../src/permissions/filePolicy';
import { isRefusedOnWindows } from '../../../src/permissions/nameIdentity';
import { protectedNames } from '../../support/protectedNames';

const policy = createFilePolicy(defaultFileRules);
const isProtected = (path: string): boolean => policy.classify(path).protected;
const isHidden = (path: string): boolean => policy.classify(path).hidden;

describe('the file policy', () => {
  it.each(['.VSCODE/Tasks.json', '.Git/config', '.GITHUB/Workflows/ci.yml', '.GitModules'])(
    'T13: %s is protected by another case',
    (path) => {
      expect(isProtected(path)).toBe(true);
    },
  );

  it.each([
    '.g\u200cit/config',
    '.git\u200d/config',
    '\ufeff.git/config',
    '.v\u017fcode/tasks.json',
    '.gi\u0074\u00ad/x',
    '.\uff47it/config',
    '.hus\u212ay/pre-commit',
    '.cursor\u2060/rules',
  ])('T14: %j is protected by another Unicode form', (path) => {
    expect(isProtected(path)).toBe(true);
  });

  it('T14: a pattern matches both composed and decomposed names', () => {
    const own = createFilePolicy({ hidden: [], protected: ['caf\u00e9/**'], readOnly: [] });
    expect(own.classify('cafe\u0301/x').protected).toBe(true);
    expect(own.classify('CAFE\u0301/x').protected).toBe(true);
    expect(own.classify('cafe/x').protected).toBe(false);
  });

  it.each([
    '.git./config',
    '.git /config',
    'GIT~1/config',
    '.git::$INDEX_ALLOCATION/config',
    'VSCODE~1/tasks.json',
    'GITMOD~1',
    'GI7EBA~1',
    'my~1.cod',
  ])('T15: %s is protected where it aliases a protected name', (path) => {
    expect(isProtected(path)).toBe(true);
  });

  it.each(['.git.', 'GIT~1', 'f::$DATA', 'COM1', 'com1.txt', '\\\\?\\C:', 'C:x', '\\\\server\\share', 'nul', 'a ', 'a|b'])(
    'T15: %s is refused on Windows',
    (name) => {
      expect(isRefusedOnWindows(name)).toBe(true);
    },
  );

  it.each(['COM1', 'C:x', '\\\\?\\x', 'a~b', 'console.ts', 'COM10'])('T15: %s is a plain name elsewhere', (name) => {
    expect(policy.classify(name)).toEqual({ hidden: false, protected: false, readOnly: false });
  });

  it.each(['a~b', 'console.ts', 'COM10', '.gitignore', 'é.txt', 'a b'])('%s is not refused on Windows', (name) => {
    expect(isRefusedOnWindows(name)).toBe(false);
  });

  it('T21: protected at any depth', () => {
    expect(isProtected('a/b/c/d/.vscode/tasks.json')).toBe(true);
  });

  it.each([...protectedNames, '.vscode/settings.json', '.git', 'sub/.git/config', 'home/.zshrc'])('T22: %s is protected', (path) => {
    expect(isProtected(path)).toBe(true);
  });

  it.each(['src/a.ts', '.github/ISSUE_TEMPLATE.md', '.gitignore', 'git/config', 'vscode/x', 'README.md', '.github/workflows.md'])(
    '%s is not protected',
    (path) => {
      expect(isProtected(path)).toBe(false);
    },
  );

  it.each(['.env', 'a/.env.local', 'server.pem', 'ID_RSA', 'k/tls.KEY', '.ssh/config', 'deep/.aws/credentials'])(
    'T28: %s is hidden',
    (path) => {
      expect(isHidden(path)).toBe(true);
    },
  );

  it.each(['.env.example', 'environment.ts', 'id_rsa.pub', 'keys.ts', '.aws/config'])('%s is not hidden', (path) => {
    expect(isHidden(path)).toBe(false);
  });

  it.each(['package.json', 'a/build.rs', 'app/x.gradle', 'X.csproj', 'yarn.lock'])('T26: %s runs on build', (path) => {
    expect(runsOnBuild(path)).toBe(true);
  });

  it('patterns: anchored, inner stars, taken back, read-only', () => {
    const own = createFilePolicy({ hidden: ['/top', 'a/*/c', 'x/**/y', '*.log', '!keep.log'], protected: [], readOnly: ['gen/**'] });
    const hidden = (path: string): boolean => own.classify(path).hidden;
    expect([hidden('top/x'), hidden('sub/top')]).toEqual([true, false]);
    expect([hidden('a/b/c'), hidden('q/a/b/c/d'), hidden('a/c')]).toEqual([true, true, false]);
    expect([hidden('x/y'), hidden('x/1/2/y'), hidden('y')]).toEqual([true, true, false]);
    expect([hidden('q.log'), hidden('keep.log')]).toEqual([true, false]);
    expect(own.classify('gen/a').readOnly).toBe(true);
  });

  it('what is found step by step is what is found at once', () => {
    const name = fc.constantFrom('.git', 'a', '.github', 'workflows', 'X.PEM', '.env', 'src', '.vscode');
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), (names) => {
        let found = policy.classify('');
        names.forEach((each, index) => {
          found = policy.classifyEntry(names.slice(0, index).join('/'), found, each);
        });
        expect(found).toEqual(policy.classify(names.join('/')));
      }),
    );
  });
});
