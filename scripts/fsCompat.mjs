// node:fs, and globSync where node (20) does not have it: just `dir/**/*suffix` and `dir/*suffix`.
import { readdirSync, existsSync } from 'node:fs';
import path from 'node:path';
export { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';

/** Files below `root` that match the pattern, as relative paths with `/`, sorted. */
export function globSync(pattern, root) {
  const base = pattern.slice(0, pattern.indexOf('*')).replace(/\/$/, '');
  const rest = pattern.slice(base.length + 1);
  const deep = rest.startsWith('**/');
  const leaf = new RegExp(
    `^${rest
      .replace(/^\*\*\//, '')
      .split('*')
      .map((s) => s.replace(/[.+]/g, '\\$&'))
      .join('[^/]*')}$`,
  );
  const directory = path.join(root, base);
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: deep })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => leaf.test(path.posix.basename(file)))
    .map((file) => `${base}/${file}`)
    .sort();
}
