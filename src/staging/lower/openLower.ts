import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DescriptorLower } from './descriptorLower';
import type { Lower } from './lower';
import { PathLower } from './pathLower';
import { SpelledLower, type NamedLower } from './spelledLower';
import { otherSpelling } from './spelling';

/** The user's folder, guarded the best way that this system has. `root` is a host path of an existing directory. */
export function openLower(root: string, open: (root: string) => Lower = openGuarded): NamedLower {
  return new SpelledLower(open(root), () => foldsAbove(realpathSync(root)));
}

function openGuarded(root: string): Lower {
  return DescriptorLower.isSupported() ? new DescriptorLower(root) : new PathLower(root);
}

/** Whether a folder is the same one under its name in the other case. */
function foldsAbove(root: string): boolean {
  const other = otherSpelling(basename(root));
  if (other === null) return false;
  const there = lstatSync(join(dirname(root), other), { bigint: true, throwIfNoEntry: false });
  const own = lstatSync(root, { bigint: true, throwIfNoEntry: false });
  return there !== undefined && there.ino === own?.ino && there.dev === own.dev;
}
