import * as vscode from 'vscode';
import { effectiveFiles, type EffectiveFiles } from '../permissions/fileLists';
import { effectiveMode, type EffectiveMode } from '../permissions/effectiveMode';
import { looseningRules, parseRules, type Rule, type SourcedRule } from '../permissions/rules';
import { isMode, type Mode } from '../shared/mode';
import { UserError } from '../shared/userError';

const modeState = 'sunaba.mode';
const grantState = 'sunaba.grants';

/** What holds in this workspace, and what the user's clicks added to it. Grants live in VS Code's workspace state, never in a file. */
export interface Permissions {
  mode(): EffectiveMode;
  /** The user's click. Throws `UserError` in Restricted Mode, and where a workspace's setting is stricter. */
  chooseMode(mode: Mode): Promise<void>;
  files(): EffectiveFiles;
  rules(): readonly SourcedRule[];
  grant(rule: Rule, span: 'conversation' | 'workspace'): Promise<void>;
  takeBack(rule: Rule): Promise<void>;
  /** Grants that end with the conversation. */
  forgetConversation(): void;
  /** What settings of the workspace asked for and did not get, in words. */
  warnings(): readonly string[];
  readonly onDidChange: vscode.Event<void>;
}

export function createPermissions(state: vscode.Memento, changed: vscode.EventEmitter<void>): Permissions {
  let conversationGrants: readonly Rule[] = [];
  const workspaceGrants = () => parseRules(state.get<unknown>(grantState)).rules;

  const rules = (): readonly SourcedRule[] => {
    const { user, workspace } = inspectAll('permissions.rules');
    return [
      ...parseRules(user).rules.map((rule): SourcedRule => ({ rule, source: 'user' })),
      ...workspace.flatMap((value) => parseRules(value).rules).map((rule): SourcedRule => ({ rule, source: 'workspace' })),
      ...[...conversationGrants, ...workspaceGrants()].map((rule): SourcedRule => ({ rule, source: 'grant' })),
    ];
  };

  const mode = (): EffectiveMode => {
    const { user, workspace } = inspectAll('permissions.mode');
    const chosen = state.get<unknown>(modeState);
    const strictest = ['read-only', 'ask', 'auto'].filter(isMode).find((each) => workspace.includes(each));
    return effectiveMode({
      trusted: vscode.workspace.isTrusted,
      ...(isMode(user) ? { user } : {}),
      ...(strictest === undefined ? {} : { workspace: strictest }),
      ...(isMode(chosen) ? { chosen } : {}),
    });
  };

  const files = (): EffectiveFiles =>
    effectiveFiles(
      toLists(inspectAll('files.hidden')),
      toLists(inspectAll('files.protected')),
      rules().filter(({ source }) => source !== 'grant'),
    );

  return {
    mode,
    files,
    rules,
    chooseMode: async (next) => {
      if (!vscode.workspace.isTrusted && next !== 'read-only') {
        throw new UserError(
          'untrustedWorkspace',
          vscode.l10n.t('This folder is not trusted, so Sunaba only reads it. Trust the folder to let it change files.'),
        );
      }
      await state.update(modeState, next);
      changed.fire();
      if (mode().mode !== next) {
        throw new UserError('settingInvalid', vscode.l10n.t('A setting of this workspace keeps Sunaba at "{0}".', mode().mode));
      }
    },
    grant: async (rule, span) => {
      if (span === 'conversation') conversationGrants = [...conversationGrants, rule];
      else await state.update(grantState, [...workspaceGrants(), rule]);
      changed.fire();
    },
    takeBack: async (rule) => {
      const other = (each: Rule) => JSON.stringify(each) !== JSON.stringify(rule);
      conversationGrants = conversationGrants.filter(other);
      await state.update(grantState, workspaceGrants().filter(other));
      changed.fire();
    },
    forgetConversation: () => {
      conversationGrants = [];
      changed.fire();
    },
    warnings: () => {
      const { user, workspace } = inspectAll('permissions.rules');
      const asked = inspectAll('permissions.mode');
      return [
        ...looseningRules(rules()).map(({ rule }) =>
          vscode.l10n.t('A rule of this workspace would loosen what holds, and is ignored: {0}', JSON.stringify(rule)),
        ),
        ...files().ignored.map((pattern) =>
          vscode.l10n.t('A pattern of this workspace would show a hidden file or free a protected one, and is ignored: {0}', pattern),
        ),
        ...asked.workspace
          .filter((value) => isMode(value) && value !== mode().mode && mode().source !== 'restricted mode')
          .map((value) =>
            vscode.l10n.t(
              'A setting of this workspace asks for the mode "{0}". Only you can loosen the mode: choose it in the panel.',
              String(value),
            ),
          ),
        ...[user, ...workspace]
          .flatMap((value) => parseRules(value).unread)
          .map((text) => vscode.l10n.t('A rule cannot be read and is left out: {0}', text)),
      ];
    },
    onDidChange: changed.event,
  };
}

interface Inspected {
  readonly user: unknown;
  /** What the workspace says, and each of its folders. */
  readonly workspace: readonly unknown[];
}

/** A setting by where it stands; a folder's value counts as the workspace's. */
function inspectAll(name: string): Inspected {
  const scopes = [undefined, ...(vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri)];
  const found = scopes.map((scope) => vscode.workspace.getConfiguration('sunaba', scope).inspect<unknown>(name));
  const workspace = found.flatMap((each) => [each?.workspaceValue, each?.workspaceFolderValue]).filter((value) => value !== undefined);
  // With one folder its value and the workspace's are the same, and found at each scope.
  const different = new Map(workspace.map((value) => [JSON.stringify(value), value]));
  return { user: found[0]?.globalValue, workspace: [...different.values()] };
}

function toLists({ user, workspace }: Inspected): { readonly user: readonly string[]; readonly workspace: readonly string[] } {
  return { user: toStrings(user), workspace: workspace.flatMap(toStrings) };
}

function toStrings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}
