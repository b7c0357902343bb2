import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandNames } from '../../../src/editor/commandNames';
import { defaultLimits } from '../../../src/shared/limits';

interface Manifest {
  readonly icon: string;
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly category: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command?: string; readonly when?: string }[]>>;
    readonly keybindings: readonly { readonly command: string }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string; readonly when: string; readonly icon: string }[]>>;
    readonly configuration: {
      readonly properties: Readonly<
        Record<
          string,
          { readonly scope: string; readonly default: unknown; readonly description?: string; readonly markdownDescription?: string }
        >
      >;
    };
  };
}

const root = path.join(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest;
const words = JSON.parse(read('package.nls.json')) as Record<string, string>;
const { contributes } = manifest;

describe('the manifest', () => {
  test('declares the commands that are registered, and no others', () => {
    expect(contributes.commands.map(({ command }) => command).sort()).toEqual([...commandNames].sort());
    expect(contributes.commands.every(({ category }) => category === 'Sunaba')).toBe(true);
  });

  test('offers in menus and on keys only commands that it declares', () => {
    const used = [...Object.values(contributes.menus).flat(), ...contributes.keybindings].flatMap(({ command }) => command ?? []);
    expect(used.filter((command) => !commandNames.some((name) => name === command))).toEqual([]);
  });

  test('has words for every key, and no word without one', () => {
    const keys = new Set([...read('package.json').matchAll(/%([\w.]+)%/g)].map((match) => match[1]));
    expect([...keys].sort()).toEqual(Object.keys(words).sort());
  });

  test('the bundle for translators holds every text of the code', () => {
    const checked = spawnSync(process.execPath, [path.join(root, 'scripts/l10n.mjs'), '--check'], { encoding: 'utf8' });
    expect(checked.stderr).toBe('');
    expect(checked.status).toBe(0);
  });

  test('shows the chat at one place at a time', () => {
    const [side, activity] = Object.values(contributes.views).map(([view]) => view);
    expect(side?.when.replace('!=', '==')).toBe(activity?.when);
    for (const view of [side, activity]) expect(existsSync(path.join(root, view?.icon ?? ''))).toBe(true);
    expect(existsSync(path.join(root, manifest.icon))).toBe(true);
  });

  test('T44: what a repository must not set is the user’s alone', () => {
    const names = Object.entries(contributes.configuration.properties).filter(([name]) =>
      /^sunaba\.(model|wasi|limits|agent|chat)\./.test(name),
    );
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter(([, { scope }]) => scope !== 'application').map(([name]) => name)).toEqual([]);
  });

  test('every setting says what it does, and the limits are those of the code', () => {
    const { properties } = contributes.configuration;
    expect(Object.values(properties).every((property) => property.description ?? property.markdownDescription)).toBe(true);
    const limits = Object.entries(properties).filter(([name]) => name.startsWith('sunaba.limits.'));
    expect(Object.fromEntries(limits.map(([name, property]) => [name.slice('sunaba.limits.'.length), property.default]))).toEqual(
      defaultLimits,
    );
  });
});
