import { errno } from '../../../staging/errno';
import { Directory } from '../directory';
import type { Handler } from './handler';

/** There are no sockets: a file or stream is none (ENOTSOCK), and a directory is nothing to send by at all (EBADF). */
const noSocket: Handler = (process, args) => {
  const { description } = process.descriptors.get(args.u32(0));
  return description instanceof Directory ? errno.badf : errno.notsock;
};

export const socketCalls = {
  sock_accept: noSocket,
  sock_recv: noSocket,
  sock_send: noSocket,
  sock_shutdown: noSocket,
} as const satisfies Record<string, Handler>;
