import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, isLoosening, parseRules, type CallFacts, type Rule, type SourcedRule } from '../../../src/permissions/rules';

const user = (rule: Rule): SourcedRule => ({ rule, source: 'user' });
const workspace = (rule: Rule): SourcedRule => ({ rule, source: 'workspace' });
const grant = (rule: Rule): SourcedRule => ({ rule, source: 'grant' });
const write = (path: string): CallFacts => ({ tool: 'write_file', paths: [path] });
const shell = (command: string): CallFacts => ({ tool: 'bash', paths: [], command });

describe('what becomes of a call', () => {
  test('without rules the sandbox alone holds', () => {
    expect(decide(write('a.ts'), [])).toEqual({ action: 'allow' });
  });

  test('a deny wins over everything, a grant included', () => {
    const rules = [
      user({ path: 'secrets', action: 'deny' }),
      user({ tool: 'write_file', path: 'secrets/a.txt', action: 'allow' }),
      grant({ tool: 'write_file', action: 'allow' }),
    ];
    expect(decide(write('secrets/a.txt'), rules)).toEqual({ action: 'deny', by: rules[0] });
    expect(decide(write('src/a.txt'), rules).action).toBe('allow');
  });

  test('of the user’s rules the most specific decides', () => {
    const rules = [user({ tool: 'bash', action: 'ask' }), user({ tool: 'bash', command: 'ls *', action: 'allow' })];
    expect(decide(shell('ls -l'), rules).action).toBe('allow');
    expect(decide(shell('rm -rf .'), rules).action).toBe('ask');
  });

  test('a pattern matches what is below it, in any case and Unicode form', () => {
    const rules = [user({ path: 'Generated/', action: 'deny' })];
    expect(decide(write('a/generated/deep/x.ts'), rules).action).toBe('deny');
    expect(decide(write('a/GENERATED'), rules).action).toBe('deny');
    expect(decide(write('a/generated.ts'), rules).action).toBe('allow');
  });

  test('a grant answers an ask, of the workspace too', () => {
    const asks = [workspace({ tool: 'bash', action: 'ask' })];
    expect(decide(shell('make'), asks).action).toBe('ask');
    expect(decide(shell('make'), [...asks, grant({ tool: 'bash', action: 'allow' })]).action).toBe('allow');
  });

  test('a command pattern is taken literally but for its stars', () => {
    const rules = [user({ tool: 'bash', command: 'rm *', action: 'deny' })];
    expect(decide(shell('rm -rf x'), rules).action).toBe('deny');
    expect(decide(shell('  rm -rf x  '), rules).action).toBe('deny');
    expect(decide(shell('rm'), rules).action).toBe('allow');
    expect(decide(shell('npm x'), rules).action).toBe('allow');
    expect(decide(shell('a.b'), [user({ command: 'a?b', action: 'deny' })]).action).toBe('allow');
  });
});

const part = fc.option(fc.constantFrom('a', 'b', 'a/*', '*.ts', 'src', '**/x', 'rm *'), { nil: undefined });
const rule: fc.Arbitrary<Rule> = fc
  .record({
    tool: fc.option(fc.constantFrom('write_file', 'bash', 'read_file'), { nil: undefined }),
    path: part,
    command: part,
    action: fc.constantFrom('allow' as const, 'ask' as const, 'deny' as const),
  })
  .map(({ tool, path, command, action }) => ({
    ...(tool === undefined ? {} : { tool }),
    ...(path === undefined ? {} : { path }),
    ...(command === undefined ? {} : { command }),
    action,
  }));
const call: fc.Arbitrary<CallFacts> = fc.record({
  tool: fc.constantFrom('write_file', 'bash', 'read_file'),
  paths: fc.array(fc.constantFrom('a', 'b', 'a/x', 'src/b.ts', 'src/a/x'), { maxLength: 2 }),
  command: fc.constantFrom('rm a', 'ls', 'a'),
});
const sourced: fc.Arbitrary<SourcedRule> = fc.record({
  rule,
  source: fc.constantFrom('default' as const, 'user' as const, 'workspace' as const, 'grant' as const),
});
const strictness = { allow: 0, ask: 1, deny: 2 };

describe('T44: a workspace may only tighten', () => {
  test('adding a workspace rule never allows more than before', () => {
    fc.assert(
      fc.property(call, fc.array(sourced, { maxLength: 8 }), rule, fc.nat(8), (facts, rules, added, at) => {
        const after = rules.toSpliced(at, 0, workspace(added));
        expect(strictness[decide(facts, after).action]).toBeGreaterThanOrEqual(strictness[decide(facts, rules).action]);
      }),
      { numRuns: 3000 },
    );
  });

  test('no order of rules changes a decision', () => {
    fc.assert(
      fc.property(call, fc.array(sourced, { maxLength: 8 }), (facts, rules) => {
        expect(decide(facts, rules.toReversed()).action).toBe(decide(facts, rules).action);
      }),
      { numRuns: 2000 },
    );
  });

  test('what would loosen is named', () => {
    expect(isLoosening({ tool: 'bash', action: 'allow' })).toBe(true);
    for (const action of ['ask', 'deny'] as const) expect(isLoosening({ action })).toBe(false);
  });
});

test('rules that cannot be read are left out and named', () => {
  expect(
    parseRules([{ tool: 'bash', action: 'ask' }, { action: 'yes' }, 7, { path: '', action: 'deny' }, { tols: 'x', action: 'allow' }]),
  ).toEqual({
    rules: [{ tool: 'bash', action: 'ask' }],
    unread: ['{"action":"yes"}', '7', '{"path":"","action":"deny"}', '{"tols":"x","action":"allow"}'],
  });
  expect(parseRules('all').unread).toEqual(['"all"']);
  expect(parseRules(undefined)).toEqual({ rules: [], unread: [] });
});
