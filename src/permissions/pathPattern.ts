import { isShortStemOf, nameIdentity, shortNameParts } from './nameIdentity';

/**
 * One rule over paths, in the manner of .gitignore: a pattern matches at any depth unless it begins with `/`; `*`, `?`
 * and `[…]` stay within a name, `**` is any number of names; what it matches, it matches with everything below it.
 */
export interface PathPattern {
  /** Does it match this entry itself (not by something above it)? `identities` are the names from the folder down. */
  matches(identities: readonly string[]): boolean;
  /** What the last name must be for `matches` to be worth asking: one literal name (or a short name), what a regular expression takes, or anything (null). */
  readonly last: string | RegExp | null;
}

type Segment =
  | { readonly kind: 'any depth' }
  | { readonly kind: 'name'; readonly test: (identity: string) => boolean; readonly literal: string | RegExp };

export function createPathPattern(source: string): PathPattern {
  const anchored = source.startsWith('/');
  const names = source.split('/').filter((name) => name !== '' && name !== '.');
  while (names.length > 1 && names.at(-1) === '**') names.pop();
  const segments = names.map(toSegment);
  const [only] = segments;
  if (segments.length === 1 && only?.kind === 'name' && !anchored) {
    return { matches: (identities) => only.test(identities.at(-1) ?? ''), last: only.literal };
  }
  const whole: Segment[] = anchored ? segments : [{ kind: 'any depth' }, ...segments];
  const last = segments.at(-1);
  return {
    last: last?.kind === 'name' ? last.literal : null,
    matches: (identities) => {
      if (last?.kind === 'name' && !last.test(identities.at(-1) ?? '')) return false;
      return matchFrom(whole, 0, identities, 0);
    },
  };
}

function matchFrom(segments: readonly Segment[], at: number, names: readonly string[], from: number): boolean {
  const segment = segments[at];
  if (segment === undefined) return from === names.length;
  if (segment.kind === 'any depth') {
    for (let next = from; next <= names.length; next++) if (matchFrom(segments, at + 1, names, next)) return true;
    return false;
  }
  const name = names[from];
  return name !== undefined && segment.test(name) && matchFrom(segments, at + 1, names, from + 1);
}

function toSegment(pattern: string): Segment {
  if (pattern === '**') return { kind: 'any depth' };
  if (!/[*?[]/.test(pattern)) {
    const wanted = nameIdentity(pattern);
    return { kind: 'name', literal: wanted, test: isName(wanted) };
  }
  const regex = toRegExp(pattern);
  const extension = /\*\.([^*?[\].]+)$/.exec(pattern)?.[1];
  if (extension === undefined || extension.length <= 3) return { kind: 'name', literal: regex, test: (identity) => regex.test(identity) };
  const short = nameIdentity(extension).slice(0, 3);
  return { kind: 'name', literal: regex, test: (identity) => regex.test(identity) || shortNameParts(identity)?.extension === short };
}

function isName(wanted: string): (identity: string) => boolean {
  return (identity) => {
    if (identity === wanted) return true;
    if (!identity.includes('~')) return false;
    const parts = shortNameParts(identity);
    return parts !== null && isShortStemOf(parts.stem, wanted);
  };
}

function toRegExp(pattern: string): RegExp {
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i);
    const close = char === '[' ? pattern.indexOf(']', i + 2) : -1;
    if (char === '*') source += '.*';
    else if (char === '?') source += '.';
    else if (close > 0) {
      const inside = pattern
        .slice(i + 1, close)
        .toLowerCase()
        .replace(/[\\\]]/g, '\\$&');
      source += `[${inside.replace(/^!/, '^')}]`;
      i = close;
    } else
      source += char
        .toLowerCase()
        .normalize('NFKC')
        .replace(/[.+^${}()|[\]\\]/g, '\\$&');
  }
  return new RegExp(`^${source}$`, 'us');
}

/** Tells cheaply of most names that none of the patterns can match an entry of that name: it is asked on every look-up. */
export function createLastNameFilter(patterns: readonly PathPattern[]): (identity: string) => boolean {
  const last = patterns.map((pattern) => pattern.last);
  if (last.includes(null)) return () => true;
  const names = new Set(last.filter((each) => typeof each === 'string'));
  const sources = last.filter((each) => each instanceof RegExp).map((each) => each.source);
  const any = sources.length === 0 ? null : new RegExp(sources.join('|'), 'us');
  if (names.size === 0 && any === null) return () => false;
  return (identity) => names.has(identity) || identity.includes('~') || any?.test(identity) === true;
}
