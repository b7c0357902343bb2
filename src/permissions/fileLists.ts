import { defaultFileRules, type FileRules } from './filePolicy';
import type { SourcedRule } from './rules';

/** A list of path patterns by where it was set. */
export interface SourcedList {
  readonly user: readonly string[];
  readonly workspace: readonly string[];
}

export interface EffectiveFiles {
  readonly rules: FileRules;
  /** Patterns of the workspace that would take something back; they are not looked at. */
  readonly ignored: readonly string[];
}

/**
 * The hidden, protected and read-only files of a workspace. The defaults hold; the user's list adds to them or takes
 * back (`!`), a workspace's only adds. A rule that denies a path for every tool hides it, one that denies it to the
 * tools that write makes it read-only: so it holds for the shell too.
 */
export function effectiveFiles(hidden: SourcedList, guarded: SourcedList, rules: readonly SourcedRule[]): EffectiveFiles {
  const adds = (pattern: string) => !pattern.trim().startsWith('!');
  const denied = (which: (tool: string | undefined) => boolean) =>
    rules.flatMap(({ rule }) =>
      rule.action === 'deny' && rule.path !== undefined && rule.command === undefined && which(rule.tool) ? [rule.path] : [],
    );
  return {
    rules: {
      hidden: [...defaultFileRules.hidden, ...hidden.user, ...hidden.workspace.filter(adds), ...denied((tool) => tool === undefined)],
      protected: [...defaultFileRules.protected, ...guarded.user, ...guarded.workspace.filter(adds)],
      readOnly: denied((tool) => tool === 'write_file' || tool === 'edit_file'),
    },
    ignored: [...hidden.workspace, ...guarded.workspace].filter((pattern) => !adds(pattern)),
  };
}
