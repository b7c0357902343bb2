import type { ChildProcess } from 'node:child_process';
import type { MessagePort, Worker } from 'node:worker_threads';

/** One end of the line between two threads or processes of ours. */
export interface Channel<Out, In> {
  post(message: Out): void;
  onMessage(listener: (message: In) => void): void;
  /** The other end is gone. Called once. */
  onClose(listener: () => void): void;
}

/** The kernel's thread, seen by its holder, and how it is ended whatever it does. */
export interface ThreadHandle<Out, In> extends Channel<Out, In> {
  kill(): Promise<void>;
}

export function workerHandle<Out, In>(worker: Worker): ThreadHandle<Out, In> {
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (listener) => void worker.on('message', listener),
    onClose: (listener) => void worker.once('exit', listener),
    kill: async () => {
      await worker.terminate();
    },
  };
}

export function childHandle<Out extends object, In>(child: ChildProcess): ThreadHandle<Out, In> {
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  return {
    // A child that is gone is told by onClose; what was meant for it has no one to reach.
    post: (message) => void (child.connected && child.send(message, () => undefined)),
    onMessage: (listener) => void child.on('message', (message) => listener(message as In)),
    onClose: (listener) => void exited.then(listener),
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

export function portChannel<Out, In>(port: MessagePort): Channel<Out, In> {
  return {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', listener),
    onClose: (listener) => void port.once('close', listener),
  };
}

/** The line to the process that forked this one. */
export function parentChannel<Out, In>(): Channel<Out, In> {
  return {
    post: (message) => void process.send?.(message, undefined, undefined, () => undefined),
    onMessage: (listener) => void process.on('message', (message) => listener(message as In)),
    onClose: (listener) => void process.once('disconnect', listener),
  };
}
