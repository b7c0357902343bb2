/** Why a request to a provider came to nothing; data, made where it happens and worded in one place. */
export type WireFault =
  | { readonly kind: 'aborted' }
  /** No connection: the host is unknown, refuses, or the network is away. `code` is node's own (`ENOTFOUND`). */
  | { readonly kind: 'unreachable'; readonly host: string; readonly code: string }
  | { readonly kind: 'certificate'; readonly host: string; readonly code: string }
  | { readonly kind: 'timeout'; readonly what: 'connect' | 'idle'; readonly ms: number }
  /** The connection broke, or ended before the reply did. */
  | { readonly kind: 'cut'; readonly code: string }
  | { readonly kind: 'redirect'; readonly status: number; readonly host: string }
  | ApiFault
  /** Not what the API speaks: HTML, broken JSON, bytes that are not UTF-8. */
  | { readonly kind: 'not the API'; readonly detail: string };

/** The API said no, by an HTTP status or by an error in the stream. */
export interface ApiFault {
  readonly kind: 'api';
  readonly status: number;
  readonly message: string;
  /** Reasons of the error's details, such as `API_KEY_INVALID`. */
  readonly reasons: readonly string[];
  /** The wait that the API asks for, or null. */
  readonly retryDelayMs: number | null;
  /** True where the quota of a whole day is used up, so that waiting minutes is of no use. */
  readonly perDay: boolean;
}

/** Carries a fault through code that only knows exceptions. */
export class WireError extends Error {
  constructor(readonly fault: WireFault) {
    super(fault.kind);
    this.name = 'WireError';
  }
}
