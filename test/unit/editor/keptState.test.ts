import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKeptState } from '../../../src/editor/keptState';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sunaba-kept-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** VS Code's own state of a window that was not written yet when the window ended: it begins empty. */
const memento = (): Parameters<typeof createKeptState>[0] => {
  const values = new Map<string, unknown>();
  return {
    keys: () => [...values.keys()],
    get: <Value>(key: string, fallback?: Value) => (values.has(key) ? (values.get(key) as Value) : fallback) as Value,
    update: (key, value) => {
      values.set(key, value);
      return Promise.resolve();
    },
  };
};

describe('what the panel keeps of a folder', () => {
  it('is there for the next window at once, and each sees what the other one has written since', async () => {
    const one = createKeptState(memento(), directory);
    expect(one.get('mode')).toBeUndefined();
    await one.update('mode', 'ask');
    const two = createKeptState(memento(), directory);
    expect(two.get('mode')).toBe('ask');
    await two.update('mode', 'read-only');
    expect(one.get('mode')).toBe('read-only');
    await one.update('mode', undefined);
    expect(two.get('mode', 'fallback')).toBe('fallback');
  });

  it('that is damaged counts as nothing', async () => {
    const kept = createKeptState(memento(), directory);
    await kept.update('mode', 'ask');
    writeFileSync(join(directory, 'state.json'), '{"mode":');
    expect(createKeptState(memento(), directory).get('mode', 'fallback')).toBe('fallback');
    await kept.update('other', 1);
    expect(JSON.parse(readFileSync(join(directory, 'state.json'), 'utf8'))).toEqual({ other: 1 });
  });
});
