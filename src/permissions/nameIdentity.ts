/*
 * Which name a name really is. File systems and tools take many spellings for one file: other case, other Unicode
 * form, ignorable characters, trailing dots, alternate streams, short 8.3 names. Rules are matched on what is left when
 * all of that is taken away, on every system: protecting a file too many does no harm.
 */

const plain = /^[a-z0-9_.-]*[a-z0-9_-]$/;
/** Printable ASCII that no trimming changes. */
const plainButForCase = /^[!-9;-~]*[!-\-/-9;-~]$/;

/** The spelling that all spellings of one name share. */
export function nameIdentity(name: string): string {
  if (plain.test(name)) return name;
  if (plainButForCase.test(name)) return name.toLowerCase();
  let folded = name.replace(/[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu, '').normalize('NFKC');
  folded = folded
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC')
    .replace(/[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu, '');
  // `.git::$INDEX_ALLOCATION` and `.git:x` name streams of `.git`; `.git. .` is `.git` where trailing dots and spaces are dropped.
  const colon = folded.indexOf(':');
  if (colon > 0) folded = folded.slice(0, colon);
  const trimmed = folded.replace(/[. ]+$/, '');
  return trimmed === '' ? folded : trimmed;
}

/** The parts of a short name such as `GITMOD~1` or `FOO~1.COD`; null where the name has not that form. */
export function shortNameParts(identity: string): { readonly stem: string; readonly extension: string } | null {
  const match = /^([^~.]{1,7})~\d{1,6}(?:\.(.{1,3}))?$/.exec(identity);
  return match?.[1] === undefined ? null : { stem: match[1], extension: match[2] ?? '' };
}

/** Whether a short name's stem may stand for this long name, by the system's first rule or its later one (two letters and a hash). */
export function isShortStemOf(stem: string, longIdentity: string): boolean {
  const letters =
    longIdentity
      .replace(/^\.+/, '')
      .split('.')[0]
      ?.replace(/[^\p{L}\p{N}_-]/gu, '') ?? '';
  if (letters === '') return false;
  if (stem === letters.slice(0, 6)) return true;
  return /^..[0-9a-f]{4}$/.test(stem) && stem.startsWith(letters.slice(0, 2));
}

const reserved = /^(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$|clock\$)(?:[. ]*\..*|[. ]*)$/i;

/** Names that mean something else than a plain file on Windows: refused there before any access to the disk. */
export function isRefusedOnWindows(name: string): boolean {
  return /[\x00-\x1f<>:"\\|?*]/.test(name) || /[. ]$/.test(name) || reserved.test(name) || shortNameParts(name.toLowerCase()) !== null;
}
