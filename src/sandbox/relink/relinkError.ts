export type RelinkFault =
  | 'not a module'
  | 'component'
  | 'malformed'
  | 'unsupported'
  | 'unknown import'
  | 'import type'
  | 'no start'
  | 'memory'
  | 'data in the mailbox';

/** Why a program cannot be run here. `message` names the fault in words a user can act on. */
export class RelinkError extends Error {
  constructor(
    readonly fault: RelinkFault,
    message: string,
  ) {
    super(message);
    this.name = 'RelinkError';
  }
}

/** A byte sequence that the binary format does not allow, at a byte offset of the file. */
export function malformed(what: string, offset: number): RelinkError {
  return new RelinkError('malformed', `damaged WebAssembly module: ${what} at byte ${offset}`);
}
