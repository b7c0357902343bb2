import { defaultFileRules, type FileRules } from './filePolicy';
import type { SourcedRule } from './rules';

/** A list of path patterns by where it was set. */
export interface SourcedList {
  readonly user: readonly string[];
  readonly workspace: readonly string[];
}

export interface EffectiveFiles {
  readonly rules: FileRules;
}

/** Whether a pattern takes back what another one says; in a workspace's list it is not looked at. */
export function takesBack(pattern: string): boolean {
  return pattern.trim().startsWith('!');
}

/**
 * The hidden, protected and read-only files of a workspace. The defaults hold; the user's list adds to them or takes
 * back (`!`), a workspace's only adds. A rule that denies a path for every tool hides it, one that denies it to the
 * tools that write makes it read-only: so it holds for the shell too.
 */
export function effectiveFiles(hidden: SourcedList, guarded: SourcedList, rules: readonly SourcedRule[]): EffectiveFiles {
  const adds = (pattern: string) => !takesBack(pattern);
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
  };
}
