import { errno } from '../../../staging/errno';
import type { Handler } from './handler';

/** There are no sockets: a descriptor that is open is none. */
const noSocket: Handler = (process, args) => {
  process.descriptors.get(args.u32(0));
  return errno.notsock;
};

export const socketCalls = {
  sock_accept: noSocket,
  sock_recv: noSocket,
  sock_send: noSocket,
  sock_shutdown: noSocket,
} as const satisfies Record<string, Handler>;
