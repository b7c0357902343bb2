import * as v from 'valibot';
import type { AgentEvent } from './agentEvent';
import type { Change, ChangeSet, CommitReport } from './changeSet';
import { fixes, fixesByCode } from './fix';
import { defaultLimits, type LimitName } from './limits';
import { modes } from './mode';
import { approvalAnswers, type Attachment, type PanelEvent, type PanelStatus, type PendingReview } from './panelEvent';
import type { UserErrorCode } from './userError';

const limitNames = Object.keys(defaultLimits) as LimitName[];
const strings = v.array(v.string());
const count = v.pipe(v.number(), v.finite());

const ledger = v.object({
  read: strings,
  written: strings,
  created: strings,
  removed: strings,
  refused: v.array(v.object({ path: v.string(), reason: v.string() })),
  bytesRead: count,
  bytesWritten: count,
  truncated: v.boolean(),
  counts: v.object({ read: count, written: count, created: count, removed: count, refused: count }),
});

const userErrorCode = v.picklist(Object.keys(fixesByCode) as UserErrorCode[]);

const agentEvents = [
  v.object({ type: v.literal('turn_started'), turnId: v.string(), prompt: v.string() }),
  v.object({ type: v.literal('text_streamed'), turnId: v.string(), text: v.string() }),
  v.object({ type: v.literal('thought_streamed'), turnId: v.string(), text: v.string() }),
  v.object({
    type: v.literal('tool_started'),
    turnId: v.string(),
    callId: v.string(),
    tool: v.string(),
    args: v.unknown(),
    title: v.string(),
  }),
  v.object({
    type: v.literal('tool_output'),
    turnId: v.string(),
    callId: v.string(),
    stream: v.picklist(['stdout', 'stderr']),
    text: v.string(),
  }),
  v.object({
    type: v.literal('tool_ended'),
    turnId: v.string(),
    callId: v.string(),
    isError: v.boolean(),
    text: v.string(),
    durationMs: count,
    ledger: v.exactOptional(ledger),
    limit: v.exactOptional(v.picklist(limitNames)),
  }),
  v.object({ type: v.literal('retry_waited'), turnId: v.string(), reason: v.string(), delayMs: count }),
  v.object({ type: v.literal('conversation_compacted'), turnId: v.string(), outputs: count, turns: count }),
  v.object({
    type: v.literal('usage_counted'),
    turnId: v.string(),
    usage: v.object({ inputTokens: count, outputTokens: count, thoughtTokens: count, cachedTokens: count }),
  }),
  v.object({
    type: v.literal('turn_ended'),
    turnId: v.string(),
    reason: v.picklist(['stop', 'limit', 'aborted', 'blocked', 'error']),
    message: v.exactOptional(v.string()),
    code: v.exactOptional(v.string()),
  }),
] as const;

export const agentEvent: v.GenericSchema<unknown, AgentEvent> = v.variant('type', agentEvents);

export const attachment: v.GenericSchema<unknown, Attachment> = v.object({
  id: v.string(),
  path: v.string(),
  lines: v.exactOptional(v.object({ first: count, last: count })),
});

const entryKind = v.picklist(['file', 'directory', 'symlink']);
const details = v.object({
  id: v.string(),
  baseHash: v.nullable(v.string()),
  stagedHash: v.nullable(v.string()),
  size: count,
  mode: v.exactOptional(count),
  marks: v.array(
    v.picklist([
      'protected',
      'link leaves the folder',
      'runs on build',
      'executable',
      'large',
      'binary',
      'bidirectional or invisible characters',
    ]),
  ),
  lines: v.exactOptional(v.object({ added: count, removed: count })),
});

const change: v.GenericSchema<unknown, Change> = v.variant('kind', [
  v.object({ kind: v.literal('created'), path: v.string(), entry: entryKind, details }),
  v.object({ kind: v.literal('modified'), path: v.string(), entry: entryKind, details }),
  v.object({ kind: v.literal('deleted'), path: v.string(), entry: entryKind, details }),
  v.object({ kind: v.literal('renamed'), from: v.string(), path: v.string(), entry: entryKind, details }),
  v.object({ kind: v.literal('mode changed'), path: v.string(), entry: entryKind, details }),
  v.object({ kind: v.literal('linked'), path: v.string(), target: v.string(), entry: v.literal('symlink'), details }),
]);

const changeSet: v.GenericSchema<unknown, ChangeSet> = v.object({ id: v.string(), changes: v.array(change) });

const conflicts = v.array(
  v.object({
    path: v.string(),
    reason: v.picklist(['changed on disk', 'removed on disk', 'created on disk', 'unsaved in an editor', 'changed since it was shown']),
  }),
);

const commitReport: v.GenericSchema<unknown, CommitReport> = v.object({
  commitId: v.nullable(v.string()),
  applied: strings,
  held: v.array(v.object({ path: v.string(), reason: details.entries.marks.item })),
  conflicts,
  givenUp: v.exactOptional(v.object({ commits: count, bytes: v.number(), upToMs: v.number(), budgetMib: v.number() })),
});

export const fixSchema = v.picklist(fixes);

export const panelEvent: v.GenericSchema<unknown, PanelEvent> = v.variant('type', [
  ...agentEvents,
  v.object({ type: v.literal('prompt_sent'), text: v.string(), attachments: v.array(attachment) }),
  v.object({
    type: v.literal('notice_shown'),
    level: v.picklist(['info', 'warning', 'error']),
    message: v.string(),
    code: v.exactOptional(userErrorCode),
    fixes: v.array(fixSchema),
  }),
  v.object({ type: v.literal('changes_committed'), report: commitReport, undoable: v.boolean() }),
  v.object({ type: v.literal('changes_discarded'), paths: strings }),
  v.object({ type: v.literal('changes_reverted'), commitId: v.string(), report: commitReport }),
  v.object({ type: v.literal('went_back'), restoreId: v.string(), reverts: strings, conversation: v.boolean(), left: strings }),
  v.object({
    type: v.literal('approval_asked'),
    approvalId: v.string(),
    callId: v.string(),
    title: v.string(),
    tool: v.string(),
    reason: v.string(),
  }),
  v.object({ type: v.literal('approval_settled'), approvalId: v.string(), answer: v.picklist(approvalAnswers) }),
]);

export const panelStatus: v.GenericSchema<unknown, PanelStatus> = v.object({
  key: v.picklist(['set', 'missing']),
  folder: v.nullable(v.string()),
  folders: count,
  host: v.nullable(v.picklist(['vscode', 'embedded'])),
  mode: v.picklist(modes),
  trusted: v.boolean(),
  running: v.boolean(),
  model: v.string(),
  suggestions: strings,
  attachments: v.array(attachment),
});

export const pendingReview: v.GenericSchema<unknown, PendingReview> = v.object({ approvalId: v.string(), changeSet, conflicts });
