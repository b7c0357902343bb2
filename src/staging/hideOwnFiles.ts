import { realpathSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { FileRules } from '../permissions/filePolicy';

/**
 * Rules under which these directories of Sunaba's own do not exist for guests where the folder holds them, as a home
 * directory does: a guest that could change a journal would have the recovery do what it likes. Host paths; a directory
 * need not be there yet.
 */
export function hideOwnFiles(rules: FileRules, folder: string, directories: readonly string[]): FileRules {
  const top = realpathSync(folder);
  const inside = directories.map((directory) => relative(top, realPathOf(directory))).filter((path) => isBelow(path));
  if (inside.length === 0) return rules;
  // Last, so that nothing takes it back.
  return { ...rules, hidden: [...rules.hidden, ...inside.map(toPattern)] };
}

function isBelow(path: string): boolean {
  const [first] = path.split(sep);
  return path !== '' && first !== '..' && !path.includes(':');
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (cause) {
    if (dirname(path) === path) throw cause;
    return join(realPathOf(dirname(path)), basename(path));
  }
}

/** A pattern that matches exactly this path: what means more in a pattern stands in brackets. */
function toPattern(path: string): string {
  return `/${path.split(sep).join('/').replace(/[*?[]/g, '[$&]')}`;
}
