import type { WireFault } from './wireFault';
import { english as l10n } from '../shared/texts';

/** Waits that a fault may cost before the request is given up. */
export interface RetryLimits {
  /** Waits where the API names none, in milliseconds; as many retries as there are entries. */
  readonly delaysMs: readonly number[];
  /** A longer wait than this is told to the user instead. */
  readonly longestWaitMs: number;
}

export const defaultRetryLimits: RetryLimits = { delaysMs: [1000, 2000, 4000], longestWaitMs: 120_000 };

export interface Retry {
  readonly delayMs: number;
  readonly reason: string;
}

/** The wait before the request is sent again, or null where that is of no use. `attempt` counts from 0. Only for replies of which nothing was shown. */
export function planRetry(fault: WireFault, attempt: number, limits: RetryLimits): Retry | null {
  const usual = limits.delaysMs[attempt];
  if (usual === undefined) return null;
  switch (fault.kind) {
    case 'cut':
      return { delayMs: usual, reason: l10n.t('The connection broke.') };
    case 'api': {
      if (fault.status !== 429 && fault.status < 500) return null;
      if (fault.status === 429 && fault.perDay) return null;
      const delayMs = Math.max(usual, fault.retryDelayMs ?? 0);
      if (delayMs > limits.longestWaitMs) return null;
      return {
        delayMs,
        reason:
          fault.status === 429
            ? l10n.t('The quota of this minute is used up.')
            : l10n.t('Gemini is not available now (HTTP {0}).', fault.status),
      };
    }
    case 'unreachable':
    case 'timeout':
    case 'aborted':
    case 'certificate':
    case 'redirect':
    case 'not the API':
      return null;
  }
}
