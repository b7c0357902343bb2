import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { effectiveMode, isStricter } from '../../../src/permissions/effectiveMode';
import { createFilePolicy } from '../../../src/permissions/filePolicy';
import { effectiveFiles, takesBack } from '../../../src/permissions/fileLists';
import { modes } from '../../../src/shared/mode';

const maybe = fc.option(fc.constantFrom(...modes), { nil: undefined });

describe('the mode that holds', () => {
  test('is ask where nobody said anything, then the user’s setting, then what he chose here', () => {
    expect(effectiveMode({ trusted: true })).toEqual({ mode: 'ask', source: 'default' });
    expect(effectiveMode({ trusted: true, user: 'auto' })).toEqual({ mode: 'auto', source: 'user' });
    expect(effectiveMode({ trusted: true, user: 'auto', chosen: 'read-only' })).toEqual({ mode: 'read-only', source: 'grant' });
  });

  test('T44: a workspace that asks for auto is not heard, one that asks for read-only is', () => {
    expect(effectiveMode({ trusted: true, workspace: 'auto' }).mode).toBe('ask');
    expect(effectiveMode({ trusted: true, user: 'auto', workspace: 'read-only' })).toEqual({ mode: 'read-only', source: 'workspace' });
    fc.assert(
      fc.property(maybe, maybe, fc.constantFrom(...modes), (user, chosen, workspace) => {
        const own = { trusted: true, ...(user === undefined ? {} : { user }), ...(chosen === undefined ? {} : { chosen }) };
        expect(isStricter(effectiveMode(own).mode, effectiveMode({ ...own, workspace }).mode)).toBe(false);
      }),
    );
  });

  test('T46: a folder that is not trusted is only read, whatever was chosen', () => {
    fc.assert(
      fc.property(maybe, maybe, maybe, (user, workspace, chosen) => {
        const said = { ...(user && { user }), ...(workspace && { workspace }), ...(chosen && { chosen }) };
        expect(effectiveMode({ ...said, trusted: false })).toEqual({ mode: 'read-only', source: 'restricted mode' });
      }),
    );
  });
});

describe('hidden and protected files', () => {
  const none = { user: [], workspace: [] };

  test('T44: a workspace adds to the lists and takes nothing back', () => {
    const { rules } = effectiveFiles({ user: [], workspace: ['!.env', 'notes/**'] }, { user: [], workspace: ['!.vscode/**'] }, []);
    const policy = createFilePolicy(rules);
    expect(policy.classify('.env').hidden).toBe(true);
    expect(policy.classify('notes/a').hidden).toBe(true);
    expect(policy.classify('.vscode/tasks.json').protected).toBe(true);
    expect(['!.env', ' !.vscode/**', 'notes/**', '\\!'].map(takesBack)).toEqual([true, true, false, false]);
  });

  test('the user may take back what the defaults hide', () => {
    const { rules } = effectiveFiles({ user: ['!.env.local'], workspace: [] }, none, []);
    expect(createFilePolicy(rules).classify('.env.local').hidden).toBe(false);
    expect(createFilePolicy(rules).classify('.env').hidden).toBe(true);
  });

  test('a deny over a path holds for the shell as well', () => {
    const { rules } = effectiveFiles(none, none, [
      { rule: { path: 'vault/**', action: 'deny' }, source: 'workspace' },
      { rule: { tool: 'edit_file', path: 'gen/**', action: 'deny' }, source: 'user' },
    ]);
    const policy = createFilePolicy(rules);
    expect(policy.classify('vault/a')).toMatchObject({ hidden: true });
    expect(policy.classify('gen/a')).toMatchObject({ hidden: false, readOnly: true });
  });
});
