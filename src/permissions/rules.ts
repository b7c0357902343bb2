import { nameIdentity } from './nameIdentity';
import { createPathPattern } from './pathPattern';
import type { Source } from './effectiveMode';

export type RuleAction = 'allow' | 'ask' | 'deny';

/** One rule of `sunaba.permissions.rules`. A part that is absent matches everything. */
export interface Rule {
  /** A tool's name. */
  readonly tool?: string;
  /** A pattern over paths below the folder, as in .gitignore. Matches a call that names such a path. */
  readonly path?: string;
  /** A pattern over a shell command, `*` for any text. */
  readonly command?: string;
  readonly action: RuleAction;
}

export interface SourcedRule {
  readonly rule: Rule;
  readonly source: Exclude<Source, 'restricted mode'>;
}

/** A tool call as rules see it. */
export interface CallFacts {
  readonly tool: string;
  /** Paths below the folder that its arguments name, with `/`. */
  readonly paths: readonly string[];
  readonly command?: string;
}

export interface Decision {
  readonly action: RuleAction;
  /** The rule that decided; absent where none did and the sandbox alone holds. */
  readonly by?: SourcedRule;
}

/**
 * What becomes of a call. A deny wins over everything. Of the user's other rules the most specific decides, `ask` where
 * two are equal. A workspace's `ask` holds whatever the user's rules say, and its `allow` counts for nothing. A grant
 * answers an `ask` and never a deny.
 */
export function decide(call: CallFacts, rules: readonly SourcedRule[]): Decision {
  const matching = rules.filter(({ rule }) => matches(rule, call));
  const denied = mostSpecific(matching.filter(({ rule }) => rule.action === 'deny'));
  if (denied !== undefined) return { action: 'deny', by: denied };
  const asked = mostSpecific(matching.filter(({ rule, source }) => source === 'workspace' && rule.action === 'ask')) ?? ownAsk(matching);
  const granted = matching.find(({ rule, source }) => source === 'grant' && rule.action === 'allow');
  if (asked !== undefined) return granted === undefined ? { action: 'ask', by: asked } : { action: 'allow', by: granted };
  const allowed = mostSpecific(matching.filter(({ rule, source }) => source !== 'workspace' && rule.action === 'allow'));
  return allowed === undefined ? { action: 'allow' } : { action: 'allow', by: allowed };
}

/** Whether a workspace's rule would loosen something: it is not looked at, and the user is told. */
export function isLoosening(rule: Rule): boolean {
  return rule.action === 'allow';
}

/** What `ask` and `deny` of an unknown shape say: a rule that cannot be read never loosens, it is left out and named. */
export function parseRules(raw: unknown): { readonly rules: readonly Rule[]; readonly unread: readonly string[] } {
  if (raw === undefined || raw === null) return { rules: [], unread: [] };
  if (!Array.isArray(raw)) return { rules: [], unread: [JSON.stringify(raw)] };
  const rules: Rule[] = [];
  const unread: string[] = [];
  for (const item of raw) {
    const rule = parseRule(item);
    if (rule === undefined) unread.push(JSON.stringify(item) ?? String(item));
    else rules.push(rule);
  }
  return { rules, unread };
}

function parseRule(raw: unknown): Rule | undefined {
  if (typeof raw !== 'object' || raw === null) return undefined;
  const { tool, path, command, action, ...rest } = raw as Record<string, unknown>;
  if (action !== 'allow' && action !== 'ask' && action !== 'deny') return undefined;
  if (Object.keys(rest).length > 0) return undefined;
  for (const part of [tool, path, command]) if (part !== undefined && (typeof part !== 'string' || part === '')) return undefined;
  return {
    ...(typeof tool === 'string' ? { tool } : {}),
    ...(typeof path === 'string' ? { path } : {}),
    ...(typeof command === 'string' ? { command } : {}),
    action,
  };
}

function ownAsk(matching: readonly SourcedRule[]): SourcedRule | undefined {
  const own = matching.filter(({ rule, source }) => source !== 'workspace' && source !== 'grant' && rule.action !== 'deny');
  const best = Math.max(...own.map(({ rule }) => specificity(rule)));
  return own.find(({ rule }) => specificity(rule) === best && rule.action === 'ask');
}

function mostSpecific(rules: readonly SourcedRule[]): SourcedRule | undefined {
  return rules.reduce<SourcedRule | undefined>(
    (best, each) => (best === undefined || specificity(each.rule) > specificity(best.rule) ? each : best),
    undefined,
  );
}

/** More parts are more specific; of equals the one with more plain characters. */
function specificity({ tool, path, command }: Rule): number {
  const plain = (pattern: string | undefined) => (pattern === undefined ? 0 : 1000 + pattern.replaceAll(/[*?]/g, '').length);
  return (tool === undefined ? 0 : 1000) + plain(path) + plain(command);
}

function matches({ tool, path, command }: Rule, call: CallFacts): boolean {
  if (tool !== undefined && tool !== call.tool) return false;
  if (path !== undefined && !call.paths.some((each) => matchesPath(path, each))) return false;
  if (command !== undefined && (call.command === undefined || !toCommandPattern(command).test(call.command))) return false;
  return true;
}

/** What a pattern matches, it matches with everything below it. */
function matchesPath(source: string, path: string): boolean {
  const pattern = createPathPattern(source);
  const names = path
    .split('/')
    .filter((name) => name !== '' && name !== '.')
    .map(nameIdentity);
  return names.some((_, index) => pattern.matches(names.slice(0, index + 1)));
}

function toCommandPattern(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^\\s*${parts.join('[^]*')}\\s*$`);
}
