import { splitLower } from './lower';

/**
 * What is found out about paths of a tree from what is known of the directory above: each is looked at once, after those
 * above it. `top` is what is known of the tree's own top, `''`.
 */
export function lookFromAbove<T>(top: T, look: (path: string, above: T) => T): (path: string) => T {
  const known = new Map<string, { readonly found: T }>([['', { found: top }]]);
  return (path) => {
    const unknown: string[] = [];
    let at = path;
    let last = known.get(at);
    for (; last === undefined; last = known.get(at)) {
      unknown.push(at);
      at = splitLower(at)[0];
    }
    for (const each of unknown.reverse()) {
      last = { found: look(each, last.found) };
      known.set(each, last);
    }
    return last.found;
  };
}
