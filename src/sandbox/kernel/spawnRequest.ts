import { isUtf8 } from 'node:buffer';
import { fsError } from '../../staging/errno';

/** What a guest asks `proc_spawn` for; the layout stands in docs/kernel.md. */
export interface SpawnRequest {
  readonly program: string;
  /** Empty: the caller's own. */
  readonly cwd: string;
  readonly args: readonly Uint8Array[];
  readonly environ: readonly Uint8Array[];
  readonly descriptors: readonly { readonly child: number; readonly parent: number }[];
}

/** The most that arguments and environment may come to, as on Linux. */
export const maxRequestBytes = 2 * 1024 * 1024;
const maxDescriptors = 1024;

/** Parses a copy of the request; EINVAL where it is cut short, EILSEQ where a path is not UTF-8. */
export function parseSpawnRequest(bytes: Uint8Array): SpawnRequest {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const u32 = (): number => {
    if (at + 4 > bytes.length) throw fsError('inval');
    at += 4;
    return view.getUint32(at - 4, true);
  };
  const string = (): Uint8Array => {
    const length = u32();
    if (at + length > bytes.length) throw fsError('inval');
    at += length;
    const value = bytes.subarray(at - length, at);
    if (value.includes(0)) throw fsError('inval');
    return value;
  };
  const text = (): string => {
    const value = string();
    if (!isUtf8(value)) throw fsError('ilseq');
    return Buffer.from(value).toString('utf8');
  };
  const strings = (): Uint8Array[] => {
    const list: Uint8Array[] = [];
    for (let count = u32(); count > 0; count--) list.push(string());
    return list;
  };
  const program = text();
  const cwd = text();
  const args = strings();
  const environ = strings();
  const descriptors: { child: number; parent: number }[] = [];
  let count = u32();
  if (count > maxDescriptors) throw fsError('inval');
  for (; count > 0; count--) descriptors.push({ child: u32(), parent: u32() });
  return { program, cwd, args, environ, descriptors };
}
