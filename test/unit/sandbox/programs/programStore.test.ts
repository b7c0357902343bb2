import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProgramStore } from '../../../../src/sandbox/programs/programStore';
import { watGuest } from '../../../support/watGuests';

describe('the store of programs', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'sunaba-store-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function write(change: Record<string, unknown> = {}): Promise<void> {
    const { module } = await watGuest('hello');
    writeFileSync(path.join(folder, 'two.wasm.br'), brotliCompressSync(module));
    const sha256 = createHash('sha256').update(module).digest('hex');
    const guest = { name: 'two', file: 'two.wasm.br', tools: ['ls', 'cat'], sha256, size: module.length, licences: [], ...change };
    writeFileSync(path.join(folder, 'manifest.json'), JSON.stringify({ guests: [guest] }));
  }

  it('lists the tools of every guest, and loads one module for those that share it', async () => {
    await write();
    const store = await createProgramStore(folder);
    expect(store.names()).toEqual(['cat', 'ls']);
    const loaded = await store.load('cat');
    expect(loaded?.name).toBe('two');
    expect(store.load('ls')).toBe(loaded);
    expect(store.load('rm')).toBeUndefined();
    expect(store.load('constructor')).toBeUndefined();
  });

  it('a folder without a manifest holds no programs', async () => {
    const store = await createProgramStore(path.join(folder, 'nowhere'));
    expect(store.names()).toEqual([]);
    expect(store.load('ls')).toBeUndefined();
  });

  it('a program that is not what the manifest says is not run, and can be mended', async () => {
    await write({ sha256: '0'.repeat(64) });
    const store = await createProgramStore(folder);
    await expect(store.load('ls')).rejects.toMatchObject({
      code: 'sandboxFailed',
      message: expect.stringContaining('two.wasm.br') as string,
    });
    await write();
    await expect(createProgramStore(folder).then((mended) => mended.load('ls'))).resolves.toMatchObject({ name: 'two' });
  });

  it.each<[string, Record<string, unknown>]>([
    ['a path', { file: '../two.wasm.br' }],
    ['no hash', { sha256: 'abc' }],
    ['no tools', { tools: 'ls' }],
    ['no name', { name: 7 }],
  ])('a damaged manifest is refused: %s', async (_what, change) => {
    await write(change);
    await expect(createProgramStore(folder)).rejects.toMatchObject({ code: 'sandboxFailed' });
  });
});
