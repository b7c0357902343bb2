import { calls, type CallName } from '../calls';
import { argumentCalls } from './calls/arguments';
import { clockCalls } from './calls/clocks';
import { descriptorCalls } from './calls/descriptorCalls';
import type { Handler } from './calls/handler';
import { pathCalls } from './calls/paths';
import { pollCalls } from './calls/poll';
import { processCalls } from './calls/processes';
import { signalCalls } from './calls/signalCalls';
import { socketCalls } from './calls/sockets';
import { statusCalls } from './calls/statusCalls';
import { transferCalls } from './calls/transfers';

const byName: Readonly<Record<CallName, Handler>> = {
  ...argumentCalls,
  ...clockCalls,
  ...descriptorCalls,
  ...pathCalls,
  ...pollCalls,
  ...processCalls,
  ...signalCalls,
  ...socketCalls,
  ...statusCalls,
  ...transferCalls,
};

/** By the number of the call in the mailbox. */
export const callHandlers: readonly Handler[] = calls.map(([, name]) => byName[name]);
