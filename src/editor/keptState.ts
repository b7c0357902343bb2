import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type * as vscode from 'vscode';
import { isRecord } from '../shared/isRecord';

/**
 * VS Code's workspace state, with a file in the conversation's directory beside it that is written at once. VS
 * Code itself writes some seconds later: a window that ends abruptly would forget the user's last click, and a mode that
 * he had made stricter would be loose again. Where no workspace is open there is no such file, and the state alone counts.
 */
export function createKeptState(state: vscode.Memento, directory: string | undefined): vscode.Memento {
  const file = directory === undefined ? undefined : path.join(directory, 'state.json');
  const read = createReader(file);

  function get<Value>(key: string): Value | undefined;
  function get<Value>(key: string, fallback: Value): Value;
  function get<Value>(key: string, fallback?: Value): Value | undefined {
    const kept = read();
    const value = Object.hasOwn(kept, key) ? kept[key] : state.get<unknown>(key);
    return value === undefined || value === null ? fallback : (value as Value);
  }

  return {
    keys: () => [...new Set([...state.keys(), ...Object.keys(read())])],
    get,
    update: async (key: string, value: unknown) => {
      if (file !== undefined) write(file, { ...read(), [key]: value ?? null });
      await state.update(key, value);
    },
  };
}

/** Reads the file, and parses it again only where another one stands there: each change of it is a new file. */
function createReader(file: string | undefined): () => Readonly<Record<string, unknown>> {
  let seen = '';
  let parsed: Readonly<Record<string, unknown>> = {};
  return () => {
    const stat = file === undefined ? undefined : statSync(file, { bigint: true, throwIfNoEntry: false });
    if (file === undefined || stat === undefined) return {};
    const now = `${stat.ino} ${stat.mtimeNs} ${stat.size}`;
    if (now === seen) return parsed;
    try {
      const raw: unknown = JSON.parse(readFileSync(file, 'utf8'));
      parsed = isRecord(raw) ? raw : {};
    } catch {
      parsed = {};
    }
    seen = now;
    return parsed;
  };
}

function write(file: string, value: unknown): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const next = `${file}.${process.pid}.tmp`;
  writeFileSync(next, JSON.stringify(value), { mode: 0o600 });
  renameSync(next, file);
}
