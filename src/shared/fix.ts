import type { UserErrorCode } from './userError';

/** A button beside an error that mends it; the host knows how. */
export type Fix = 'setApiKey' | 'openFolder' | 'chooseFolder' | 'openSettings' | 'chooseModel' | 'showLog' | 'retry' | 'manageTrust';

export const fixes: readonly Fix[] = [
  'setApiKey',
  'openFolder',
  'chooseFolder',
  'openSettings',
  'chooseModel',
  'showLog',
  'retry',
  'manageTrust',
];

/** What helps against each failure that the user can mend. */
export const fixesByCode: Readonly<Record<UserErrorCode, readonly Fix[]>> = {
  apiKeyMissing: ['setApiKey'],
  apiKeyInvalid: ['setApiKey'],
  noWorkspaceFolder: ['openFolder'],
  workspaceFolderGone: ['chooseFolder', 'openFolder'],
  modelUnknown: ['chooseModel'],
  networkUnreachable: ['retry', 'openSettings'],
  modelUnavailable: ['retry', 'showLog'],
  quotaExceeded: ['retry'],
  turnRunning: [],
  fileTooLarge: [],
  reviewOutdated: [],
  sandboxFailed: ['retry', 'showLog'],
  settingInvalid: ['openSettings'],
  untrustedWorkspace: ['manageTrust'],
};

/** For a code that came as text: an unknown one gets what helps in general. */
export function fixesFor(code: string | undefined): readonly Fix[] {
  return code !== undefined && Object.hasOwn(fixesByCode, code) ? fixesByCode[code as UserErrorCode] : ['retry', 'showLog'];
}
