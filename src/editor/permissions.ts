import * as vscode from 'vscode';
import { effectiveFiles, takesBack, type EffectiveFiles } from '../permissions/fileLists';
import { effectiveMode, type EffectiveMode } from '../permissions/effectiveMode';
import { isLoosening, parseRules, type Rule, type SourcedRule } from '../permissions/rules';
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
      ...workspace.flatMap(({ value }) => parseRules(value).rules).map((rule): SourcedRule => ({ rule, source: 'workspace' })),
      ...[...conversationGrants, ...workspaceGrants()].map((rule): SourcedRule => ({ rule, source: 'grant' })),
    ];
  };

  const mode = (): EffectiveMode => {
    const { user, workspace } = inspectAll('permissions.mode');
    const chosen = state.get<unknown>(modeState);
    const strictest = ['read-only', 'ask', 'auto'].filter(isMode).find((each) => workspace.some(({ value }) => value === each));
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
      const parsed = workspace.map(({ value, where }) => ({ ...parseRules(value), where }));
      const holds = mode();
      return [
        ...parsed.flatMap(({ rules: own, where }) =>
          own
            .filter(isLoosening)
            .map((rule) => vscode.l10n.t('A rule in {0} would loosen what holds, and is ignored: {1}', where, JSON.stringify(rule))),
        ),
        ...['files.hidden', 'files.protected'].flatMap((name) =>
          inspectAll(name).workspace.flatMap(({ value, where }) =>
            toStrings(value)
              .filter(takesBack)
              .map((pattern) =>
                vscode.l10n.t('A pattern in {0} would show a hidden file or free a protected one, and is ignored: {1}', where, pattern),
              ),
          ),
        ),
        ...inspectAll('permissions.mode')
          .workspace.filter(({ value }) => isMode(value) && value !== holds.mode && holds.source !== 'restricted mode')
          .map(({ value, where }) =>
            vscode.l10n.t('{0} asks for the mode "{1}". Only you can loosen the mode: choose it in the panel.', where, String(value)),
          ),
        ...[{ unread: parseRules(user).unread, where: vscode.l10n.t('your settings') }, ...parsed].flatMap(({ unread, where }) =>
          unread.map((text) => vscode.l10n.t('A rule in {0} cannot be read and is left out: {1}', where, text)),
        ),
      ];
    },
    onDidChange: changed.event,
  };
}

interface Inspected {
  readonly user: unknown;
  /** What the workspace says, and each of its folders, with the file that says it. */
  readonly workspace: readonly { readonly value: unknown; readonly where: string }[];
}

/** A setting by where it stands; a folder's value counts as the workspace's. */
function inspectAll(name: string): Inspected {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const { workspaceFile } = vscode.workspace;
  const inspect = (scope?: vscode.Uri) => vscode.workspace.getConfiguration('sunaba', scope).inspect<unknown>(name);
  const own = inspect();
  const ofFolder = '.vscode/settings.json';
  const found = [
    { value: own?.workspaceValue, where: workspaceFile === undefined ? ofFolder : (workspaceFile.path.split('/').at(-1) ?? '') },
    ...folders.map((folder) => ({
      value: inspect(folder.uri)?.workspaceFolderValue,
      where: workspaceFile === undefined ? ofFolder : `${folder.name}/${ofFolder}`,
    })),
  ].filter(({ value }) => value !== undefined);
  // With one folder its value and the workspace's are the same, and found at each scope.
  const different = new Map(found.map((each) => [JSON.stringify(each), each]));
  return { user: own?.globalValue, workspace: [...different.values()] };
}

function toLists({ user, workspace }: Inspected): { readonly user: readonly string[]; readonly workspace: readonly string[] } {
  return { user: toStrings(user), workspace: workspace.flatMap(({ value }) => toStrings(value)) };
}

function toStrings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}
