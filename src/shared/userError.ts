/** A failure that the user can mend: `message` says what to do, `code` lets the panel offer the fix. */
export class UserError extends Error {
  constructor(
    readonly code: UserErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'UserError';
  }
}

export type UserErrorCode =
  | 'apiKeyMissing'
  | 'apiKeyInvalid'
  | 'noWorkspaceFolder'
  | 'workspaceFolderGone'
  | 'modelUnknown'
  | 'networkUnreachable'
  | 'modelUnavailable'
  | 'quotaExceeded'
  | 'turnRunning'
  | 'reviewOutdated'
  | 'fileTooLarge'
  | 'sandboxFailed'
  | 'settingInvalid'
  | 'untrustedWorkspace';
