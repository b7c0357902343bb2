import type { NodeKind } from '../vfs';

/*
 * What the upper layer's log holds. One line of it is one transaction: a JSON array of records that take effect
 * together. A later record of the same node, entry or base replaces an earlier one.
 */

/** Attributes that the overlay holds for a node. Times stand here where they were set by a guest, else the blob's or the folder's hold. */
export interface Attributes {
  mode: number;
  ino: bigint;
  atimeNs: bigint | null;
  mtimeNs: bigint | null;
}

/** What a path of the folder was when the overlay first covered it. */
export interface Base {
  readonly kind: NodeKind;
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: number;
  readonly mode: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  /** SHA-256 of the contents or of the link's text (hex); null where it was not read then. */
  readonly hash: string | null;
}

export type LogRecord =
  | { readonly t: 'directory'; readonly id: number; readonly lower: string | null; readonly attributes: Attributes }
  | { readonly t: 'file'; readonly id: number; readonly origin: string | null; readonly blob: boolean; readonly attributes: Attributes }
  | { readonly t: 'link'; readonly id: number; readonly origin: string | null; readonly target: string; readonly attributes: Attributes }
  /** `node` null: what the folder has there is removed. */
  | { readonly t: 'entry'; readonly directory: number; readonly name: string; readonly node: number | null }
  /** Nothing covers the folder's own entry (any more). */
  | { readonly t: 'clear'; readonly directory: number; readonly name: string }
  | { readonly t: 'base'; readonly path: string; readonly base: Base | null }
  | { readonly t: 'committed'; readonly commit: string };

const bigintKeys = new Set(['ino', 'dev', 'atimeNs', 'mtimeNs', 'ctimeNs']);

export function formatTransaction(records: readonly LogRecord[]): string {
  return `${JSON.stringify(records, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))}\n`;
}

/** The records of one line; null where the line is not whole. */
export function parseTransaction(line: string): LogRecord[] | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line, (key, value: unknown) =>
      bigintKeys.has(key) && typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : value,
    );
  } catch {
    return null;
  }
  return Array.isArray(parsed) && parsed.every(isRecord) ? parsed : null;
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function isRecord(value: unknown): value is LogRecord {
  if (!isFields(value)) return false;
  switch (value['t']) {
    case 'directory':
      return isId(value['id']) && isTextOrNull(value['lower']) && isAttributes(value['attributes']);
    case 'file':
      return isId(value['id']) && isTextOrNull(value['origin']) && typeof value['blob'] === 'boolean' && isAttributes(value['attributes']);
    case 'link':
      return isId(value['id']) && isTextOrNull(value['origin']) && typeof value['target'] === 'string' && isAttributes(value['attributes']);
    case 'entry':
      return isId(value['directory']) && isName(value['name']) && (value['node'] === null || isId(value['node']));
    case 'clear':
      return isId(value['directory']) && isName(value['name']);
    case 'base':
      return typeof value['path'] === 'string' && (value['base'] === null || isBase(value['base']));
    case 'committed':
      return typeof value['commit'] === 'string';
    default:
      return false;
  }
}

function isAttributes(value: unknown): value is Attributes {
  if (!isFields(value)) return false;
  const { mode, ino, atimeNs, mtimeNs } = value;
  return typeof mode === 'number' && typeof ino === 'bigint' && isTime(atimeNs) && isTime(mtimeNs);
}

export function isBase(value: unknown): value is Base {
  return (
    isFields(value) &&
    typeof value['kind'] === 'string' &&
    typeof value['dev'] === 'bigint' &&
    typeof value['ino'] === 'bigint' &&
    typeof value['size'] === 'number' &&
    typeof value['mode'] === 'number' &&
    typeof value['mtimeNs'] === 'bigint' &&
    typeof value['ctimeNs'] === 'bigint' &&
    isTextOrNull(value['hash'])
  );
}

const isId = (value: unknown): boolean => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isName = (value: unknown): boolean =>
  typeof value === 'string' && value !== '' && !value.includes('/') && value !== '.' && value !== '..';
const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string';
const isTime = (value: unknown): boolean => value === null || typeof value === 'bigint';
