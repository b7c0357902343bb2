import { inspect } from 'node:util';
import { UserError } from '../../shared/userError';
import type { Failure } from './protocol';
import { english as l10n } from '../../shared/texts';

export function toFailure(error: unknown): Failure {
  const detail = inspect(error);
  if (error instanceof UserError) return { code: error.code, message: error.message, detail };
  return { code: 'sandboxFailed', message: error instanceof Error ? error.message : String(error), detail };
}

export function fromFailure(failure: Failure): UserError {
  return new UserError(failure.code, failure.message, { cause: failure.detail });
}

/**
 * The kernel's thread went before it began with what was asked: the conversation was given to another process, or a guest
 * of an earlier run could be ended in no other way. Ask a new thread.
 */
export class GaveWay extends Error {
  constructor() {
    super('the thread went before it began');
    this.name = 'GaveWay';
  }
}

/** The kernel's thread is gone while something waited for it. */
export function threadEnded(): UserError {
  return new UserError('sandboxFailed', l10n.t('The sandbox ended unexpectedly. Run it again: a new one starts by itself.'));
}
