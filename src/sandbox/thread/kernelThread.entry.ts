import { setFlagsFromString } from 'node:v8';
import { parentPort } from 'node:worker_threads';
import { parentChannel, portChannel } from './channel';
import { serveKernel } from './serveKernel';

if (parentPort) {
  // A thread of the extension host: guests run elsewhere.
  const port = parentPort;
  serveKernel(portChannel(port), () => port.close());
} else {
  // A process of ours, which carries its guests too. Without this flag V8 does not interrupt a loop of bulk memory
  // instructions, and such a guest could not be ended. It has to stand before the first module is compiled.
  setFlagsFromString('--no-wasm-dynamic-tiering');
  // A thread that does not end would hold process.exit for ever; nothing is left to be saved by now.
  serveKernel(parentChannel(), () => process.kill(process.pid, 'SIGKILL'));
}
