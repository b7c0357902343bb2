import * as vscode from 'vscode';
import { fixesByCode, type Fix } from '../shared/fix';
import { createTexts } from '../shared/texts';
import { UserError } from '../shared/userError';
import type { CommandName } from './commandNames';

const fixCommands: Readonly<
  Record<Exclude<Fix, 'retry'>, { readonly title: string; readonly command: string; readonly args?: unknown[] }>
> = {
  setApiKey: { title: vscode.l10n.t('Set API Key'), command: 'sunaba.setApiKey' satisfies CommandName },
  openFolder: { title: vscode.l10n.t('Open Folder'), command: 'workbench.action.files.openFolder' },
  chooseFolder: { title: vscode.l10n.t('Choose Folder'), command: 'sunaba.chooseFolder' satisfies CommandName },
  openSettings: { title: vscode.l10n.t('Open Settings'), command: 'workbench.action.openSettings', args: ['@ext:sunaba.sunaba'] },
  chooseModel: { title: vscode.l10n.t('Choose Model'), command: 'sunaba.chooseModel' satisfies CommandName },
  showLog: { title: vscode.l10n.t('Show Log'), command: 'sunaba.showLog' satisfies CommandName },
  manageTrust: { title: vscode.l10n.t('Manage Trust'), command: 'workbench.trust.manage' },
};

/** Does what a fix promises; `retry` is the conversation's own and is not known here. */
export async function runFix(fix: Exclude<Fix, 'retry'>): Promise<void> {
  const { command, args = [] } = fixCommands[fix];
  await vscode.commands.executeCommand(command, ...args);
}

/** Tells the user what failed and offers what mends it. Never rejects. */
export async function showError(error: unknown, log: vscode.LogOutputChannel): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  log.error(message, ...(error instanceof Error && error.cause !== undefined ? [error.cause] : []));
  const fixes = error instanceof UserError ? fixesByCode[error.code].filter((fix) => fix !== 'retry') : (['showLog'] as const);
  const titles = fixes.map((fix) => fixCommands[fix].title);
  const shown = createTexts(vscode.l10n.bundle ?? {}).again(message);
  const chosen = await vscode.window.showErrorMessage(error instanceof UserError ? shown : `Sunaba: ${shown}`, ...titles);
  const fix = fixes.find((each) => fixCommands[each].title === chosen);
  if (fix !== undefined) await runFix(fix);
}
