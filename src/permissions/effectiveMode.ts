import type { Mode } from '../shared/mode';

/** Where something that holds comes from. */
export type Source = 'default' | 'user' | 'workspace' | 'grant' | 'restricted mode';

export interface ModeSources {
  /** The user's own setting. */
  readonly user?: Mode;
  /** What settings of the workspace or one of its folders say; they may only tighten. */
  readonly workspace?: Mode;
  /** What the user chose in the panel, for this workspace. */
  readonly chosen?: Mode;
  readonly trusted: boolean;
}

export interface EffectiveMode {
  readonly mode: Mode;
  readonly source: Source;
}

const strictness: Readonly<Record<Mode, number>> = { auto: 0, ask: 1, 'read-only': 2 };

/** The mode that holds. The user's click counts over his setting; a workspace and Restricted Mode only tighten it. */
export function effectiveMode({ user, workspace, chosen, trusted }: ModeSources): EffectiveMode {
  if (!trusted) return { mode: 'read-only', source: 'restricted mode' };
  const own: EffectiveMode =
    chosen !== undefined
      ? { mode: chosen, source: 'grant' }
      : user !== undefined
        ? { mode: user, source: 'user' }
        : { mode: 'ask', source: 'default' };
  return workspace !== undefined && isStricter(workspace, own.mode) ? { mode: workspace, source: 'workspace' } : own;
}

export function isStricter(mode: Mode, than: Mode): boolean {
  return strictness[mode] > strictness[than];
}
