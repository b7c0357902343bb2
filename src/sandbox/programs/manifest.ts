import { UserError } from '../../shared/userError';
import { english as l10n } from '../../shared/texts';

/** One guest of manifest.json: a module, and the names that /bin lists for it. */
export interface GuestEntry {
  readonly name: string;
  /** Below the manifest's folder; brotli. */
  readonly file: string;
  readonly tools: readonly string[];
  /** Of the uncompressed module, hex. */
  readonly sha256: string;
}

/** Reads manifest.json as the guests' build writes it. Throws UserError `sandboxFailed` naming what is wrong. */
export function parseManifest(text: string): readonly GuestEntry[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unreadable('it is no JSON', cause);
  }
  const guests = isRecord(value) ? value['guests'] : undefined;
  if (!Array.isArray(guests)) throw unreadable('it has no list of guests');
  return guests.map(parseEntry);
}

function parseEntry(value: unknown): GuestEntry {
  if (!isRecord(value)) throw unreadable('a guest is no object');
  const { name, file, tools, sha256 } = value;
  if (typeof name !== 'string' || typeof file !== 'string' || typeof sha256 !== 'string')
    throw unreadable('a guest lacks name, file or sha256');
  if (!/^[\w.-]+$/.test(file) || !/^[0-9a-f]{64}$/.test(sha256)) throw unreadable(`the entry of ${name} is damaged`);
  if (!Array.isArray(tools) || !tools.every((tool) => typeof tool === 'string')) throw unreadable(`the tools of ${name} are damaged`);
  return { name, file, sha256, tools };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function unreadable(why: string, cause?: unknown): UserError {
  return new UserError('sandboxFailed', l10n.t("Sunaba's list of programs cannot be read: {0}. Install Sunaba again.", why), { cause });
}
