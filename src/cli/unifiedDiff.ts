import { formatPatch, OMIT_HEADERS, structuredPatch } from 'diff';
import type { StructuredPatch } from 'diff';
import { assertNever } from '../shared/assertNever';
import type { Change } from '../shared/changeSet';

/** Files above this are named, not shown, in bytes. */
const maxShownBytes = 1024 * 1024;
/** Past so many edits the comparison of two texts is given up. */
const maxEdits = 20_000;

/** Contents; null where there is no file. */
export type Side = Uint8Array | 'too large' | null;

/** One change as `git apply` takes it. Binary and very large files are named alone. */
export function toUnifiedDiff(change: Change, base: Side, staged: Side): string {
  const from = change.kind === 'renamed' ? change.from : change.path;
  const names = { before: quoted(`a/${from}`), after: quoted(`b/${change.path}`) };
  const header = [`diff --git ${names.before} ${names.after}`, ...extendedHeaders(change, from)].join('\n');
  if (change.entry === 'directory') return '';
  const texts = [decode(base), decode(staged)] as const;
  if (texts[0] === null || texts[1] === null) return `${header}\nBinary files ${names.before} and ${names.after} differ\n`;
  const patch: StructuredPatch | undefined = structuredPatch('', '', texts[0], texts[1], undefined, undefined, {
    context: 3,
    maxEditLength: maxEdits,
  });
  if (patch === undefined) return `${header}\nFiles ${names.before} and ${names.after} differ too much to be shown\n`;
  if (patch.hunks.length === 0) return `${header}\n`;
  const before = base === null || change.kind === 'created' || change.kind === 'linked' ? '/dev/null' : names.before;
  const after = staged === null || change.kind === 'deleted' ? '/dev/null' : names.after;
  return `${header}\n--- ${before}${ending(before)}\n+++ ${after}${ending(after)}\n${formatPatch(patch, OMIT_HEADERS)}`;
}

/** A tab ends a name with spaces, which would otherwise end at the first. */
function ending(name: string): string {
  return name.includes(' ') && !name.startsWith('"') ? '\t' : '';
}

function extendedHeaders(change: Change, from: string): string[] {
  const mode = gitMode(change);
  switch (change.kind) {
    case 'created':
    case 'linked':
      return [`new file mode ${mode}`];
    case 'deleted':
      return [`deleted file mode ${mode}`];
    case 'renamed':
      return [`rename from ${quoted(from)}`, `rename to ${quoted(change.path)}`];
    case 'mode changed':
      return [`old mode ${mode === '100755' ? '100644' : '100755'}`, `new mode ${mode}`];
    case 'modified':
      return [];
    default:
      return assertNever(change);
  }
}

/** Git knows two modes of a file, and one of a link. */
function gitMode({ entry, details }: Change): string {
  if (entry === 'symlink') return '120000';
  return ((details.mode ?? 0) & 0o111) === 0 ? '100644' : '100755';
}

/** Null for what is no text, or too large. */
function decode(bytes: Side): string | null {
  if (bytes === null) return '';
  if (bytes === 'too large' || bytes.length > maxShownBytes || bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** A name as git writes it: in quotes where it holds control characters, quotes or backslashes. */
function quoted(name: string): string {
  if (!/[\u0000-\u001f\u007f"\\]/.test(name)) return name;
  const escaped = name.replace(/[\u0000-\u001f\u007f"\\]/g, (char) => {
    const named = { '\n': '\\n', '\t': '\\t', '\r': '\\r', '"': '\\"', '\\': '\\\\' }[char];
    return named ?? `\\${(char.codePointAt(0) ?? 0).toString(8).padStart(3, '0')}`;
  });
  return `"${escaped}"`;
}
