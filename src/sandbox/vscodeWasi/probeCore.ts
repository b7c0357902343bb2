import { pageBytes } from '../launcher';
import { relink } from '../relink/relink';
import { WaitingProcess, type CoreMount, type ProcessApi } from './waitingProcess';

/** A program whose `_start` does nothing: `(module (memory 1) (func (export "_start")))`. */
const nothing = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 4, 1, 0x60, 0, 0], // type: () -> ()
  ...[3, 2, 1, 0], // one function of it
  ...[5, 3, 1, 0, 1], // memory of one page
  ...[7, 10, 1, 6, 0x5f, 0x73, 0x74, 0x61, 0x72, 0x74, 0, 0], // export "_start"
  ...[10, 4, 1, 2, 0, 0x0b], // empty body
);

/**
 * Tries whether this core does what the launcher needs: a process with shared memory, whose memory and thread can be
 * reached. Gives `null`, or the reason why not in words for the user.
 */
export async function probeCore(api: ProcessApi, mount: CoreMount, limitMs: number): Promise<string | null> {
  const { bytes, initialPages } = relink(nothing);
  try {
    const module = await WebAssembly.compile(bytes);
    const process = await WaitingProcess.start(api, mount);
    const made = await new Promise<WebAssembly.Memory | null>((resolve) => {
      setTimeout(() => resolve(null), limitMs).unref();
      // The probe never ends by itself: nobody answers its last call.
      process.run({ module, initialPages, maximumPages: initialPages }, resolve);
    });
    await process.terminate();
    if (!made) return 'its processes do not show their memory';
    if (made.buffer.byteLength !== initialPages * pageBytes) return 'its processes do not get the memory that was asked for';
    if (!process.isHeard) return 'its processes do not show their threads';
    return null;
  } catch (error) {
    return `it cannot start a process: ${error instanceof Error ? error.message : String(error)}`;
  }
}
