/** What all spellings of one name share where a folder takes no notice of case: for comparing two names of one folder. */
export function spellingKey(name: string): string {
  return isAscii(name) ? name.toLowerCase() : name.normalize('NFC').toLowerCase().normalize('NFC');
}

/** The same letters in the other case; null where a name has none that are sure to have one. */
export function otherSpelling(name: string): string | null {
  const other = name.replace(/[a-z]+|[A-Z]+/g, (letters) => (letters < 'a' ? letters.toLowerCase() : letters.toUpperCase()));
  return other === name ? null : other;
}

export function isAscii(name: string): boolean {
  return !/[^\x00-\x7f]/.test(name);
}
