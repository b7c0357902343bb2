import { AsyncLocalStorage } from 'node:async_hooks';
import type { Agent } from 'node:https';
import type { WireFault } from './wireFault';

/** What holds for one request to a provider, carried past an SDK that knows none of it. */
export interface RequestContext {
  readonly signal: AbortSignal;
  /** From the start of a connection until it stands, TLS included. */
  readonly connectTimeoutMs: number;
  /** Without a byte in either direction. */
  readonly idleTimeoutMs: number;
  /** The way through a proxy, for https alone; in VS Code absent, where its own settings hold. */
  readonly agent?: Agent;
  /** Set by our `fetch` where it fails; the SDK's own errors lose the cause. */
  fault: WireFault | null;
}

/** The context of the request that the running code belongs to. */
export const requestContext = /* @__PURE__ */ new AsyncLocalStorage<RequestContext>();
