// From cargo's module to what is shipped: compressed, described. (wasm-opt was tried: 1 % off the compressed size of an
// LTO build, for 100 MB of development dependency.)
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

export function compress(bytes) {
  return brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
}

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** A reader sees the old file or the new one, whole. */
export function replaceFile(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  const fresh = `${path}.${process.pid}.new`;
  writeFileSync(fresh, content);
  renameSync(fresh, path);
}

export function readManifest(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return { guests: [] };
    throw error;
  }
}

/** Puts entries into a folder's manifest beside those there whose names `keep` accepts. */
export function mergeManifest(folder, entries, keep) {
  const kept = readManifest(folder).guests.filter(({ name }) => keep(name) && !entries.some((entry) => entry.name === name));
  const guests = [...kept, ...entries].sort((a, b) => (a.name < b.name ? -1 : 1));
  replaceFile(join(folder, 'manifest.json'), `${JSON.stringify({ guests }, null, 2)}\n`);
}
