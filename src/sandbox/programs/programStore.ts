import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { UserError } from '../../shared/userError';
import type { ProgramSource } from '../kernel/kernel';
import type { GuestModule } from '../launcher';
import { relink } from '../relink/relink';
import { parseManifest, type GuestEntry } from './manifest';
import { english as l10n } from '../../shared/texts';

const decompress = promisify(brotliDecompress);

/**
 * The programs of a guests' folder (manifest.json beside its *.wasm.br). A module is read, checked against its hash and
 * relinked when it is first asked for, and kept. A folder without a manifest holds no programs.
 */
export async function createProgramStore(folder: string): Promise<ProgramSource> {
  const entries = await readEntries(path.join(folder, 'manifest.json'));
  const byTool = new Map<string, GuestEntry>();
  for (const entry of entries) for (const tool of entry.tools) byTool.set(tool, entry);
  const names = [...byTool.keys()].sort();
  const modules = new Map<GuestEntry, GuestModule | Promise<GuestModule>>();

  return {
    names: () => names,
    load(name) {
      const entry = byTool.get(name);
      if (!entry) return undefined;
      const known = modules.get(entry);
      if (known) return known;
      const loading = loadGuest(folder, entry).then(
        (module) => {
          modules.set(entry, module);
          return module;
        },
        (error: unknown) => {
          modules.delete(entry);
          throw error;
        },
      );
      modules.set(entry, loading);
      return loading;
    },
  };
}

/** Relinks a program. Throws RelinkError where it cannot be run here. */
export function toGuestModule(name: string, program: Uint8Array): GuestModule {
  const relinked = relink(program);
  return { name, hash: createHash('sha256').update(relinked.bytes).digest('hex'), ...relinked };
}

async function readEntries(file: string): Promise<readonly GuestEntry[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  return parseManifest(text);
}

async function loadGuest(folder: string, entry: GuestEntry): Promise<GuestModule> {
  const file = path.join(folder, entry.file);
  const bytes = await decompress(await readFile(file));
  if (createHash('sha256').update(bytes).digest('hex') !== entry.sha256) {
    throw new UserError('sandboxFailed', l10n.t("Sunaba's program {0} is damaged: its hash differs. Install Sunaba again.", entry.file));
  }
  return toGuestModule(entry.name, bytes);
}
