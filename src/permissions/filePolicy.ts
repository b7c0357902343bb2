import { defaultHidden, defaultProtected } from './defaultFileRules';
import { nameIdentity } from './nameIdentity';
import { createLastNameFilter, createPathPattern, type PathPattern } from './pathPattern';

/** What holds for a path. `hidden`: does not exist for guests. `protected`: never committed but by a click on it. `readOnly`: guests cannot change it. */
export interface FileClass {
  readonly hidden: boolean;
  readonly protected: boolean;
  readonly readOnly: boolean;
}

/** Patterns (see pathPattern.ts); one that begins with `!` takes back what stands before it in its list. */
export interface FileRules {
  readonly hidden: readonly string[];
  readonly protected: readonly string[];
  readonly readOnly: readonly string[];
}

export interface FilePolicy {
  /** The class of a path relative to the folder, `/`-separated; `''` is the folder itself. */
  classify(path: string): FileClass;
  /** The class of an entry of a directory whose class is known: what holds for a folder holds for all below it. */
  classifyEntry(directory: string, directoryClass: FileClass, name: string): FileClass;
}

export const plainClass: FileClass = { hidden: false, protected: false, readOnly: false };

export const defaultFileRules: FileRules = { hidden: defaultHidden, protected: defaultProtected, readOnly: [] };

/** Nothing is hidden, protected or read-only: for the scratch of a conversation. */
export const noFileRules: FileRules = { hidden: [], protected: [], readOnly: [] };

export function createFilePolicy(rules: FileRules): FilePolicy {
  const hidden = createMatcher(rules.hidden);
  const guarded = createMatcher(rules.protected);
  const readOnly = createMatcher(rules.readOnly);
  const mayMatch = createLastNameFilter([...hidden.patterns, ...guarded.patterns, ...readOnly.patterns]);
  const classifyNames = (above: FileClass, identities: readonly string[]): FileClass => {
    const found: FileClass = {
      hidden: above.hidden || hidden.matches(identities),
      protected: above.protected || guarded.matches(identities),
      readOnly: above.readOnly || readOnly.matches(identities),
    };
    return found.hidden || found.protected || found.readOnly ? found : plainClass;
  };
  return {
    classify: (path) => {
      const identities = namesOf(path);
      let found = plainClass;
      identities.forEach((name, depth) => {
        if (mayMatch(name)) found = classifyNames(found, identities.slice(0, depth + 1));
      });
      return found;
    },
    classifyEntry: (directory, above, name) => {
      const identity = nameIdentity(name);
      return mayMatch(identity) ? classifyNames(above, [...namesOf(directory), identity]) : above;
    },
  };
}

function namesOf(path: string): string[] {
  return path === '' ? [] : path.split('/').map(nameIdentity);
}

interface Matcher {
  readonly patterns: readonly PathPattern[];
  matches(identities: readonly string[]): boolean;
}

function createMatcher(patterns: readonly string[]): Matcher {
  const rules = patterns
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== '' && pattern !== '!')
    .map((pattern): { readonly takesBack: boolean; readonly pattern: PathPattern } =>
      pattern.startsWith('!')
        ? { takesBack: true, pattern: createPathPattern(pattern.slice(1)) }
        : { takesBack: false, pattern: createPathPattern(pattern) },
    );
  return {
    patterns: rules.filter((rule) => !rule.takesBack).map((rule) => rule.pattern),
    matches: (identities) => {
      let matched = false;
      for (const rule of rules) if (rule.takesBack === matched && rule.pattern.matches(identities)) matched = !rule.takesBack;
      return matched;
    },
  };
}
