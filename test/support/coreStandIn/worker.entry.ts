import { parentPort } from 'node:worker_threads';

interface Start {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

parentPort?.on('message', ({ module, memory }: Start) => {
  try {
    const start = new WebAssembly.Instance(module, { env: { memory } }).exports['_start'];
    if (typeof start === 'function') Reflect.apply(start, undefined, []);
    parentPort?.unref();
  } catch (error) {
    // The worker stays, as the core's does.
    console.error(error);
  }
});
parentPort?.postMessage({ method: 'workerReady' });
