import * as v from 'valibot';
import { fixSchema, panelEvent, panelStatus, pendingReview } from './eventSchema';
import { modes } from './mode';
import { approvalAnswers } from './panelEvent';

/**
 * The only words between the chat panel and the extension host. Each end parses what it gets once, here.
 * The panel asks with `ready`; only then the host speaks, first with `restored`, which replaces all that the panel showed.
 */

const id = v.pipe(v.string(), v.maxLength(100));
const path = v.pipe(v.string(), v.maxLength(4096));
const review = v.nullable(pendingReview);

const hostMessage = v.variant('type', [
  /** `words`: the panel's texts in the user's language, by their English; empty for English. */
  v.object({
    type: v.literal('restored'),
    events: v.array(panelEvent),
    status: panelStatus,
    review,
    words: v.record(v.string(), v.string()),
  }),
  v.object({ type: v.literal('events'), events: v.array(panelEvent) }),
  v.object({ type: v.literal('status'), status: panelStatus }),
  v.object({ type: v.literal('review'), review }),
  /** Puts the keyboard into the composer, with `text` in it where it is empty. */
  v.object({ type: v.literal('composer_focused'), text: v.exactOptional(v.string()) }),
]);

const webviewMessage = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  v.object({ type: v.literal('prompt_sent'), text: v.pipe(v.string(), v.maxLength(1_000_000)) }),
  v.object({ type: v.literal('stopped') }),
  v.object({ type: v.literal('chat_cleared') }),
  v.object({ type: v.literal('attachment_removed'), id }),
  v.object({ type: v.literal('fix_chosen'), fix: fixSchema }),
  v.object({ type: v.literal('link_opened'), url: v.pipe(v.string(), v.maxLength(8192)) }),
  v.object({ type: v.literal('text_copied'), text: v.pipe(v.string(), v.maxLength(10_000_000)) }),
  v.object({ type: v.literal('file_opened'), path, line: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1))) }),
  v.object({ type: v.literal('mode_chosen'), mode: v.picklist(modes) }),
  v.object({ type: v.literal('sandbox_checked') }),
  v.object({ type: v.literal('permissions_opened') }),
  v.object({ type: v.literal('review_opened'), path: v.exactOptional(path) }),
  /** `paths` absent: every change that is not held. A protected file is applied by a message that names it alone. */
  v.object({ type: v.literal('changes_applied'), approvalId: id, paths: v.exactOptional(v.array(path)) }),
  v.object({ type: v.literal('changes_discarded'), approvalId: id, paths: v.exactOptional(v.array(path)) }),
  v.object({ type: v.literal('commit_reverted'), commitId: id }),
  v.object({ type: v.literal('conflict_opened'), path }),
  v.object({ type: v.literal('restore_asked'), turnId: id }),
  /** Takes a step back in the conversation back again. */
  v.object({ type: v.literal('restore_undone'), restoreId: id }),
  v.object({ type: v.literal('approval_answered'), approvalId: id, answer: v.picklist(approvalAnswers) }),
  /** Puts the command of a `suggest_command` call into a terminal, without Enter. */
  v.object({ type: v.literal('command_inserted'), callId: id }),
]);

export type HostMessage = v.InferOutput<typeof hostMessage>;
export type WebviewMessage = v.InferOutput<typeof webviewMessage>;

/** `undefined` for anything that is not a message of the host's. */
export function parseHostMessage(value: unknown): HostMessage | undefined {
  const result = v.safeParse(hostMessage, value);
  return result.success ? result.output : undefined;
}

/** `undefined` for anything that is not a message of the panel's. */
export function parseWebviewMessage(value: unknown): WebviewMessage | undefined {
  const result = v.safeParse(webviewMessage, value);
  return result.success ? result.output : undefined;
}
