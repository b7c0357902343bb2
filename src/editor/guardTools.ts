import path from 'node:path';
import type { Prepared, Tool, ToolContext } from '../agent/tool';
import { decide, type CallFacts, type Decision, type Rule, type SourcedRule } from '../permissions/rules';
import type { ApprovalAnswer } from '../shared/panelEvent';
import { english as l10n } from '../shared/texts';
import type { ToolResult } from '../shared/toolResult';
import type { ApprovalQuestion } from './approvals';

export interface ToolGuard {
  rules(): readonly SourcedRule[];
  ask(question: ApprovalQuestion, signal: AbortSignal): Promise<ApprovalAnswer>;
  grant(rule: Rule, span: 'conversation' | 'workspace'): Promise<void>;
  /** After a call that writes has ended, before its result is given: where the mode is `auto`, the place to commit. */
  afterWrite(): Promise<void>;
}

/** The same tools behind the user's rules. What a rule denies comes back as a tool's error, for the model to work with. */
export function guardTools(tools: readonly Tool[], guard: ToolGuard): readonly Tool[] {
  return tools.map((tool) => ({ ...tool, prepare: (args) => guarded(tool, args, tool.prepare(args), guard) }));
}

function guarded(tool: Tool, args: unknown, prepared: Prepared, guard: ToolGuard): Prepared {
  if (prepared.kind === 'refused') return prepared;
  const facts = readFacts(tool.declaration.name, args);
  return {
    kind: 'ready',
    title: prepared.title,
    run: async (context) => {
      const refused = await refuse(facts, prepared.title, context, guard);
      if (refused !== undefined) return refused;
      const result = await prepared.run(context);
      if (tool.effect === 'writes') await guard.afterWrite();
      return result;
    },
  };
}

async function refuse(facts: CallFacts, title: string, context: ToolContext, guard: ToolGuard): Promise<ToolResult | undefined> {
  const decision = decide(facts, guard.rules());
  if (decision.action === 'allow') return undefined;
  if (decision.action === 'deny') {
    return { isError: true, text: `Not run: ${words(decision)}. Do not try it another way; tell the user.` };
  }
  const answer = await guard.ask({ callId: context.callId, title, tool: facts.tool, reason: words(decision) }, context.signal);
  if (answer === 'deny') return { isError: true, text: 'Not run: the user said no. Ask what to do instead, or go on without it.' };
  if (answer !== 'once') await guard.grant(toGrant(facts, decision), answer);
  return undefined;
}

function words({ by }: Decision): string {
  if (by === undefined) return l10n.t('a rule asks');
  const { tool, path: pattern, command, action } = by.rule;
  const rule = [action, tool, pattern, command].filter((part) => part !== undefined).join(' ');
  return by.source === 'workspace'
    ? l10n.t('the workspace\'s rule "{0}" holds for it', rule)
    : l10n.t('the user\'s rule "{0}" holds for it', rule);
}

/** A grant is as narrow as the rule that asked: this tool, on what the rule names. */
function toGrant(facts: CallFacts, { by }: Decision): Rule {
  const { path: pattern, command } = by?.rule ?? {};
  return {
    tool: facts.tool,
    ...(pattern === undefined ? {} : { path: pattern }),
    ...(command === undefined ? {} : { command }),
    action: 'allow',
  };
}

const pathNames = ['path', 'file_path', 'filePath', 'from', 'to', 'cwd'];

/** What rules can see in the arguments of a call, whatever the model sent. */
export function readFacts(tool: string, args: unknown): CallFacts {
  const record: Record<string, unknown> = typeof args === 'object' && args !== null ? { ...args } : {};
  const paths = pathNames.flatMap((name) => (typeof record[name] === 'string' ? [toFolderPath(record[name])] : []));
  const command = record['command'];
  return { tool, paths, ...(typeof command === 'string' ? { command } : {}) };
}

/** `/workspace/a/../b`, `./b` and `b` are one path of the folder. */
function toFolderPath(text: string): string {
  return path.posix.resolve('/workspace', text.replace(/^file:\/\//, '')).replace(/^\/workspace\/?/, '');
}
