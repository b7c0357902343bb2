import { isRecord } from '../shared/isRecord';

/** What the files guest prints: one line of JSON. */
export interface FileReply {
  readonly ok: boolean;
  /** For the model, whether it went well or not. */
  readonly text: string;
  /** Stands for the contents of the file that was read or written, as of then. */
  readonly fingerprint?: string;
}

/** Parses a guest's output, which is nobody's word but the guest's. Null: it is no reply. */
export function parseFileReply(output: string): FileReply | null {
  let value: unknown;
  try {
    value = JSON.parse(output);
  } catch {
    return null;
  }
  if (!isRecord(value)) return null;
  const { ok, text, fingerprint } = value;
  if (typeof ok !== 'boolean' || typeof text !== 'string') return null;
  return { ok, text, ...(typeof fingerprint === 'string' ? { fingerprint } : {}) };
}
