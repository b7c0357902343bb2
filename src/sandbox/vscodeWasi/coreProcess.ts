/*
 * What Sunaba takes from a core process beside the public interface, in one place: its memory, and what its thread
 * reports when a guest traps (the core itself then says nothing and never finishes). Both are private in the core's
 * types and plain properties when it runs; everything is read as unknown, and its absence is an answer.
 */

/** Tells the memory that the core makes for a process: now, or at the moment when the core stores it. */
export function onProcessMemory(process: object, found: (memory: WebAssembly.Memory) => void): void {
  let stored: unknown = Reflect.get(process, 'memory');
  if (isSharedMemory(stored)) {
    found(stored);
    return;
  }
  Object.defineProperty(process, 'memory', {
    configurable: true,
    enumerable: true,
    get: () => stored,
    set(value: unknown) {
      stored = value;
      if (isSharedMemory(value)) found(value);
    },
  });
}

/** Tells the first error that a process' thread prints. Gives false where the core has no such thread to listen to. */
export function onProcessTrap(process: object, trapped: (message: string) => void): boolean {
  const worker: unknown = Reflect.get(process, 'mainWorker');
  const stderr: unknown = typeof worker === 'object' && worker !== null ? Reflect.get(worker, 'stderr') : undefined;
  if (!isReadable(stderr)) return false;
  // Nobody needs to read a guest's trap in the extension host's own log too.
  stderr.unpipe?.();
  let told = false;
  stderr.on('data', (chunk) => {
    if (told) return;
    told = true;
    const text = String(chunk);
    trapped(/\b\w*Error: ([^\n]*)/.exec(text)?.[1] ?? text.split('\n')[0] ?? '');
  });
  // A stream that lost its pipe stands still until it is told to flow.
  stderr.resume?.();
  return true;
}

interface ReadableLike {
  on(event: 'data', listener: (chunk: unknown) => void): unknown;
  unpipe?(): unknown;
  resume?(): unknown;
}

function isReadable(value: unknown): value is ReadableLike {
  return typeof value === 'object' && value !== null && 'on' in value && typeof value.on === 'function';
}

function isSharedMemory(value: unknown): value is WebAssembly.Memory {
  return value instanceof WebAssembly.Memory && value.buffer instanceof SharedArrayBuffer;
}
