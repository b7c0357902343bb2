import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultFileRules, noFileRules } from '../../../src/permissions/filePolicy';
import { codeOf, Fixture } from './support';

let fixture: Fixture;
beforeEach(() => {
  fixture = new Fixture(noFileRules);
});
afterEach(() => fixture.dispose());

// 50,000 files, 10,000 changes in one commit and a file of 4 GiB: bench/scale.bench.ts.
describe('long names and deep folders', () => {
  it('names of 255 bytes and paths of more than 4,000', { timeout: 60_000 }, () => {
    const name = 'é'.repeat(127) + 'x';
    fixture.write(name, 'long');
    expect(codeOf(() => fixture.write(`${name}x`, 'longer'))).toBe('nametoolong');
    const parts = Array.from({ length: 15 }, (_, i) => String(i).padStart(255, 'p'));
    for (let depth = 1; depth <= parts.length; depth++) fixture.mkdir(parts.slice(0, depth).join('/'));
    const deep = `${parts.join('/')}/${'f'.repeat(200)}`;
    expect(deep.length).toBeGreaterThan(4000);
    expect(codeOf(() => fixture.write(`${deep}${'f'.repeat(100)}`, 'too long'))).toBe('nametoolong');
    fixture.write(deep, 'deep');
    expect(fixture.commitAll()).toMatchObject({ held: [], conflicts: [] });
    expect(readFileSync(join(fixture.folder, name), 'utf8')).toBe('long');
    expect(fixture.read(deep)).toBe('deep');
    fixture.write(deep, 'changed');
    const { applied, commitId } = fixture.commitAll();
    expect(applied).toEqual([deep]);
    fixture.reopen();
    expect(fixture.read(deep)).toBe('changed');
    expect(fixture.staging().revert(commitId ?? '').applied).toEqual([deep]);
    expect(fixture.read(deep)).toBe('deep');
  });

  it('folders in each other: the work grows with their number, not with its square', { timeout: 120_000 }, () => {
    fixture.dispose();
    fixture = new Fixture(defaultFileRules);
    let path = 'd';
    fixture.mkdir(path);
    for (let depth = 1; depth < 1000; depth++) fixture.mkdir((path = `${path}/d`));
    fixture.write(`${path}/f`, 'deep');
    expect(fixture.commitAll().applied).toHaveLength(1001);
    fixture.reopen();
    expect(fixture.read(`${path}/f`)).toBe('deep');
    fixture.rename('d', 'e');
    expect(fixture.read(`e${path.slice(1)}/f`)).toBe('deep');
    expect(fixture.staging().changes().changes).toHaveLength(1001);
    fixture.staging().discard('all');
    expect(fixture.read(`${path}/f`)).toBe('deep');
  });
});
