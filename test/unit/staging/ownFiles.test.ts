import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noFileRules } from '../../../src/permissions/filePolicy';
import { openConversationTrees, type ConversationTrees } from '../../../src/staging/conversationTrees';
import { createNamespace } from '../../../src/staging/namespace';
import type { Namespace, OpenDirectory } from '../../../src/staging/vfs';
import { codeOf, creating, cx, reading } from './support';

/* A user may open their home directory, which holds what Sunaba itself keeps: journals, and what is pending. */

let home: string;
let trees: ConversationTrees;
let namespace: Namespace;
let base: OpenDirectory;
const state = '.local/st[a]te*/sunaba/folders';
const storage = '.config/workspaces/one';

beforeEach(() => {
  const top = mkdtempSync(join(tmpdir(), 'sunaba-home-'));
  home = join(top, 'home');
  mkdirSync(join(home, '.local/other'), { recursive: true });
  mkdirSync(join(home, '.config/workspaces/another/overlay'), { recursive: true });
  writeFileSync(join(home, 'f'), 'old');
  // Reached under another name: it is the same place all the same.
  symlinkSync(home, join(top, 'alias'));
  trees = openConversationTrees({
    folder: home,
    storage: join(top, 'alias', storage),
    state: join(top, 'alias', state),
    guestPath: '/workspace',
    rules: { ...noFileRules, hidden: ['!**'] },
  });
  namespace = createNamespace({ mounts: new Map([['/workspace', { kind: 'tree', tree: trees.workspace }]]) });
  base = namespace.openRoot('/workspace');
});
afterEach(() => {
  trees.dispose();
  rmSync(join(home, '..'), { recursive: true, force: true });
});

const list = (path: string): string[] => {
  const opened = namespace.open(cx, base, path, { ...reading, directory: true });
  if (opened.kind !== 'directory') throw new Error(opened.kind);
  return opened.entries(cx).flatMap(({ name }) => (name.startsWith('.') && name.length < 3 ? [] : [name]));
};
const write = (path: string, text: string): void => {
  const file = namespace.open(cx, base, path, { ...creating, truncate: true });
  if (file.kind !== 'file') throw new Error(file.kind);
  file.write(cx, Buffer.from(text), 0);
  file.close();
};

describe('a folder that holds what Sunaba itself keeps', () => {
  it('shows guests neither journals nor the storage of any conversation, and lets them make none', () => {
    write('f', 'new');
    const report = trees.staging.commit({ ids: 'all', approvedProtected: [], dirtyPaths: [] });
    expect(report.applied).toEqual(['f']);
    expect(readdirSync(join(home, state))).toHaveLength(1);
    expect(list('.local').sort()).toEqual(['other', 'st[a]te*']);
    expect(list('.local/st[a]te*/sunaba')).toEqual([]);
    expect(list('.config')).toEqual([]);
    for (const path of [state, `${state}/x`, '.config/workspaces', `${storage}/overlay/log`, '.config/workspaces/another/overlay']) {
      expect(
        codeOf(() => namespace.stat(cx, base, path, true)),
        path,
      ).toBe('noent');
    }
    expect(codeOf(() => write('.config/workspaces', 'x'))).toBe('acces');
    expect(codeOf(() => namespace.mkdir(cx, base, '.CONFIG/Workspaces'))).not.toBe('ok');
    expect(codeOf(() => namespace.rename(cx, base, '.local/st[a]te*', base, 'mine'))).toBe('acces');
    expect(codeOf(() => namespace.rmdir(cx, base, '.config'))).toBe('notempty');
    // The name alone is no reason elsewhere.
    namespace.mkdir(cx, base, 'workspaces');
    namespace.mkdir(cx, base, '.local/state');
    expect(trees.staging.commit({ ids: 'all', approvedProtected: [], dirtyPaths: [] }).applied).toEqual(['.local/state', 'workspaces']);
    expect(existsSync(join(home, storage, 'overlay/log'))).toBe(true);
  });
});
