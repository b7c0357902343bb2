import * as vscode from 'vscode';
import { listGeminiModels } from '../models/listGeminiModels';
import { parseBaseUrl } from '../models/parseBaseUrl';
import { UserError } from '../shared/userError';
import type { ApiKey } from './apiKey';
import { needsKey } from './needsKey';
import { readSettings } from './settings';

/** What a request to the model's server needs. */
export interface ModelAccess {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

/** Throws `UserError` where there is no key, or the address is none. A server on this machine is asked without a key where none is set. */
export async function readModelAccess(apiKey: ApiKey): Promise<ModelAccess> {
  const { baseUrl, connectTimeoutMs, idleTimeoutMs } = readSettings();
  const key = (await apiKey.read()) ?? (needsKey(baseUrl) ? undefined : 'none');
  if (key === undefined) {
    throw new UserError('apiKeyMissing', vscode.l10n.t('Sunaba needs a Gemini API key. Set one with "Sunaba: Set API Key".'));
  }
  return { apiKey: key, baseUrl: parseBaseUrl(baseUrl), connectTimeoutMs, idleTimeoutMs };
}

/** Lets the user pick one of the models that his key may use, as the server lists them, and keeps it in his settings. */
export async function chooseModel(apiKey: ApiKey): Promise<void> {
  const access = await readModelAccess(apiKey);
  const { modelId } = readSettings();
  const models = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Sunaba: asking for the models …'), cancellable: true },
    async (_, cancel) => {
      const abort = new AbortController();
      cancel.onCancellationRequested(() => abort.abort());
      try {
        return await listGeminiModels(access, abort.signal);
      } catch (error) {
        if (abort.signal.aborted) return [];
        throw error;
      }
    },
  );
  if (models.length === 0) return;
  const chosen = await vscode.window.showQuickPick(
    models.map(({ id, displayName, inputTokenLimit }) => ({
      label: id,
      description: displayName,
      ...(inputTokenLimit === null ? {} : { detail: vscode.l10n.t('{0} tokens', inputTokenLimit.toLocaleString()) }),
      picked: id === modelId,
    })),
    { title: vscode.l10n.t('The model that answers'), placeHolder: modelId, matchOnDescription: true },
  );
  if (chosen === undefined) return;
  await vscode.workspace.getConfiguration('sunaba').update('model.id', chosen.label, vscode.ConfigurationTarget.Global);
}
