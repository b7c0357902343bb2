import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxArgumentChars, parseArguments } from '../../../src/agent/parseArguments';
import type { Parameter } from '../../../src/agent/tool';

const parameters = {
  path: { type: 'string', description: 'p', required: true, aliases: ['file_path', 'filePath'] },
  start_line: { type: 'integer', description: 's', minimum: 1 },
  fixed: { type: 'boolean', description: 'f' },
} satisfies Record<string, Parameter>;

describe('arguments of a call', () => {
  it.each([
    [{ path: 'a' }, { path: 'a' }],
    [
      { file_path: 'a', start_line: '3' },
      { path: 'a', start_line: 3 },
    ],
    [
      { filePath: 'a', start_line: 3, fixed: 'True' },
      { path: 'a', start_line: 3, fixed: true },
    ],
    [{ path: 'a', start_line: null }, { path: 'a' }],
  ])('%j are taken', (raw, values) => {
    expect(parseArguments('read_file', parameters, raw)).toEqual({ kind: 'parsed', values });
  });

  it.each([
    [undefined, '"path" is missing'],
    [[], 'must be one object'],
    [{ path: ['a'] }, '"path" must be a string, not a list'],
    [{ path: 'a', start_line: 1.5 }, '"start_line" must be a whole number, not 1.5'],
    [{ path: 'a', start_line: 0 }, '"start_line" must be at least 1, not 0'],
    [{ path: 'a', fixed: 'maybe' }, '"fixed" must be true or false'],
    [{ path: 'a', constructor: 1 }, '"constructor" is not a parameter'],
  ])('%j are refused, with the way to call it', (raw, text) => {
    const parsed = parseArguments('read_file', parameters, raw);
    expect(parsed).toMatchObject({ kind: 'refused' });
    expect(parsed.kind === 'refused' && parsed.text).toContain(text);
    expect(parsed.kind === 'refused' && parsed.text).toContain(
      'Call it as read_file(path: string, start_line?: integer, fixed?: boolean).',
    );
  });

  it('T40: 10 MB of arguments are refused in a short text', () => {
    const parsed = parseArguments('read_file', parameters, { path: 'x'.repeat(10_000_000), [`y`.repeat(1_000_000)]: 1 });
    expect(parsed.kind).toBe('refused');
    expect(parsed.kind === 'refused' && parsed.text.length).toBeLessThan(1000);
    expect(maxArgumentChars).toBeLessThan(10_000_000);
  });

  it('T40: whatever JSON comes, nothing is thrown and values have their declared types', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.dictionary(fc.constantFrom('path', 'file_path', 'start_line', 'fixed', '__proto__'), fc.jsonValue()),
        (any, object) => {
          for (const raw of [any, object]) {
            const parsed = parseArguments('read_file', parameters, raw);
            if (parsed.kind !== 'parsed') continue;
            expect(typeof parsed.values['path']).toBe('string');
            expect(['number', 'undefined']).toContain(typeof parsed.values['start_line']);
          }
        },
      ),
    );
  });
});
