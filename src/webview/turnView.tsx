import { assertNever } from '../shared/assertNever';
import { fixesFor, type Fix } from '../shared/fix';
import { markInvisible } from '../shared/invisible';
import { foldersOf } from '../shared/changeSet';
import type { Actions } from './actions';
import { attachmentLabel } from './attachment';
import { Icon } from './icon';
import { useL10n, type L10n } from './l10n';
import { MarkdownView } from './markdownView';
import { SafeText } from './safeText';
import { Suggestion } from './suggestion';
import { ToolCardView } from './toolCard';
import type { Item, Turn } from './viewState';

function fixWords(fix: Fix, l10n: L10n): string {
  return {
    setApiKey: l10n.t('Set API Key'),
    openFolder: l10n.t('Open Folder'),
    chooseFolder: l10n.t('Choose Folder'),
    openSettings: l10n.t('Open Settings'),
    chooseModel: l10n.t('Choose Model'),
    showLog: l10n.t('Show Log'),
    retry: l10n.t('Try Again'),
    manageTrust: l10n.t('Manage Trust'),
  }[fix];
}

export function TurnView({ turn, last, actions }: { readonly turn: Turn; readonly last: boolean; readonly actions: Actions }) {
  const l10n = useL10n();
  const running = last && turn.end === undefined && turn.prompt !== null;
  const items = (from: number, to?: number) =>
    turn.items.slice(from, to).map((item, index) => {
      const newest = from + index === turn.items.length - 1;
      return <ItemView key={from + index} item={item} live={running && newest} newest={last && newest} actions={actions} />;
    });
  return (
    <article class="turn" data-state={turn.end?.reason ?? (turn.prompt === null ? 'none' : 'running')}>
      {turn.prompt !== null && <Prompt turn={turn} prompt={turn.prompt} actions={actions} />}
      {items(0, turn.end?.after)}
      {running && !isStreaming(turn.items.at(-1)) && (
        <p class="working">
          <span class="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span class="visually-hidden">{l10n.t('Working')}</span>
        </p>
      )}
      {turn.end !== undefined && <End turn={turn} last={last} actions={actions} />}
      {turn.end !== undefined && items(turn.end.after)}
    </article>
  );
}

function Prompt({ turn, prompt, actions }: { readonly turn: Turn; readonly prompt: string; readonly actions: Actions }) {
  const l10n = useL10n();
  return (
    <div class="prompt" role="group" aria-label={l10n.t('You')}>
      {turn.attachments.length > 0 && (
        <ul class="chips">
          {turn.attachments.map((attachment) => (
            <li key={attachment.id}>
              <button type="button" class="chip" onClick={() => actions.openPath(attachmentLabel(attachment))}>
                <Icon name="file" />
                <SafeText text={attachmentLabel(attachment)} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <p class="prompt-text">
        <SafeText text={prompt} />
      </p>
      {turn.turnId !== '' && turn.end !== undefined && <Restore turnId={turn.turnId} actions={actions} />}
    </div>
  );
}

function Restore({ turnId, actions }: { readonly turnId: string; readonly actions: Actions }) {
  const l10n = useL10n();
  return (
    <button
      type="button"
      class="icon-button restore"
      title={l10n.t('Go back to before this message')}
      aria-label={l10n.t('Go back to before this message')}
      onClick={() => actions.restore(turnId)}
    >
      <Icon name="discard" />
    </button>
  );
}

function ItemView({
  item,
  live,
  newest,
  actions,
}: {
  readonly item: Item;
  readonly live: boolean;
  /** Nothing stands after it in the conversation. */
  readonly newest: boolean;
  readonly actions: Actions;
}) {
  const l10n = useL10n();
  switch (item.kind) {
    case 'answer':
      return (
        <div class={live ? 'answer is-live' : 'answer'}>
          <MarkdownView source={item.text} actions={actions} />
        </div>
      );
    case 'thought':
      return (
        <details class="thought">
          <summary>
            <Icon name="chevron-right" />
            {live ? l10n.t('Thinking') : l10n.t('Thought')}
            {live && <Icon name="loading" spin />}
          </summary>
          <MarkdownView source={item.text} actions={actions} />
        </details>
      );
    case 'tool':
      return item.tool === 'suggest_command' && item.state !== 'failed' ? (
        <Suggestion card={item} actions={actions} />
      ) : (
        <ToolCardView card={item} actions={actions} />
      );
    case 'notice':
      return <Notice level={item.level} message={item.message} fixes={item.fixes} actions={actions} />;
    case 'retry':
      return (
        <Aside icon="history">
          {l10n.parts(
            '{0} Trying again in {1} s.',
            <SafeText text={l10n.again(item.reason)} />,
            Math.max(1, Math.round(item.delayMs / 1000)),
          )}
        </Aside>
      );
    case 'compacted':
      return (
        <Aside icon="fold">
          {item.turns > 0
            ? l10n.t('Earlier turns are no longer sent to the model, to save room. You still see them here.')
            : l10n.t('Old tool output is no longer sent to the model, to save room. You still see it here.')}
        </Aside>
      );
    case 'committed':
      return <Committed item={item} actions={actions} />;
    case 'reverted':
      return (
        <Aside icon="discard">
          {l10n.parts('Took back {0}.', <Changed paths={item.report.applied} />)}
          {item.report.conflicts.length > 0 &&
            ` ${l10n.t('{0} had changed since and were left alone.', item.report.conflicts.length)}`}{' '}
          <UndoCommit item={item} actions={actions} />
        </Aside>
      );
    case 'wentBack':
      return (
        <Aside icon="history">
          {item.left.length === 0
            ? l10n.t('Went back.')
            : l10n.t('Went back. These had changed since and were left alone: {0}', item.left.map(markInvisible).join(', '))}{' '}
          {newest && (
            <button type="button" class="link" onClick={() => actions.undoRestore(item.restoreId)}>
              {l10n.t('Undo')}
            </button>
          )}
        </Aside>
      );
    case 'approval':
      return <Approval item={item} actions={actions} />;
    case 'discarded':
      return <Aside icon="discard">{l10n.parts('Discarded {0}. Your folder is as it was.', <Changed paths={item.paths} />)}</Aside>;
    default:
      return assertNever(item);
  }
}

/** Takes back what an apply, or the taking back of one, did. */
function UndoCommit({ item, actions }: { readonly item: Extract<Item, { kind: 'committed' | 'reverted' }>; readonly actions: Actions }) {
  const l10n = useL10n();
  const { commitId } = item.report;
  if (!item.undoable || commitId === null) return null;
  return (
    <button type="button" class="link" onClick={() => actions.revert(commitId)}>
      {l10n.t('Undo')}
    </button>
  );
}

/** One path by its name, several by their number. */
function Changed({ paths }: { readonly paths: readonly string[] }) {
  const l10n = useL10n();
  const folders = foldersOf(paths);
  const told = paths.filter((path) => !folders.has(path));
  return told.length === 1 ? <SafeText text={told[0] ?? ''} /> : <>{l10n.t('{0} changes', told.length.toLocaleString())}</>;
}

/** A line about the conversation itself, beside what was said in it. */
function Aside({ icon, children }: { readonly icon: string; readonly children: preact.ComponentChildren }) {
  return (
    <p class="aside">
      <Icon name={icon} />
      <span>{children}</span>
    </p>
  );
}

function Committed({ item, actions }: { readonly item: Extract<Item, { kind: 'committed' }>; readonly actions: Actions }) {
  const l10n = useL10n();
  const { applied } = item.report;
  if (applied.length === 0) return null;
  return (
    <Aside icon="check-all">
      {l10n.parts('Applied {0} to your folder.', <Changed paths={applied} />)} <UndoCommit item={item} actions={actions} />
    </Aside>
  );
}

function Approval({ item, actions }: { readonly item: Extract<Item, { kind: 'approval' }>; readonly actions: Actions }) {
  const l10n = useL10n();
  if (item.answer !== undefined) {
    const words = {
      once: l10n.t('Allowed once'),
      conversation: l10n.t('Allowed for this chat'),
      workspace: l10n.t('Allowed for this workspace'),
      deny: l10n.t('Denied'),
    };
    return (
      <Aside icon={item.answer === 'deny' ? 'circle-slash' : 'check'}>
        {words[item.answer]}: <SafeText text={item.title} />
      </Aside>
    );
  }
  return (
    <section class="card approval" aria-label={l10n.t('Waits for your answer')}>
      <h3>
        <Icon name="question" />
        <SafeText text={item.title} />
      </h3>
      <p>
        <SafeText text={l10n.again(item.reason)} />
      </p>
      <p class="card-actions">
        <button type="button" class="button" onClick={() => actions.answer(item.approvalId, 'once')}>
          {l10n.t('Allow Once')}
        </button>
        <button type="button" class="button secondary" onClick={() => actions.answer(item.approvalId, 'conversation')}>
          {l10n.t('For This Chat')}
        </button>
        <button type="button" class="button secondary" onClick={() => actions.answer(item.approvalId, 'workspace')}>
          {l10n.t('For This Workspace')}
        </button>
        <button type="button" class="button secondary" onClick={() => actions.answer(item.approvalId, 'deny')}>
          {l10n.t('Deny')}
        </button>
      </p>
    </section>
  );
}

export function Notice(props: {
  readonly level: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly fixes: readonly Fix[];
  readonly actions: Actions;
}) {
  const l10n = useL10n();
  return (
    <div class={`notice notice-${props.level}`} role={props.level === 'error' ? 'alert' : 'note'}>
      <Icon name={props.level} />
      <div>
        <p>
          <SafeText text={l10n.again(props.message)} />
        </p>
        {props.fixes.length > 0 && (
          <p class="notice-fixes">
            {props.fixes.map((fix) => (
              <button key={fix} type="button" class="button secondary" onClick={() => props.actions.fix(fix)}>
                {fixWords(fix, l10n)}
              </button>
            ))}
          </p>
        )}
      </div>
    </div>
  );
}

function End({ turn, last, actions }: { readonly turn: Turn; readonly last: boolean; readonly actions: Actions }) {
  const l10n = useL10n();
  const end = turn.end;
  if (end === undefined) return null;
  switch (end.reason) {
    case 'stop':
      return null;
    case 'aborted':
      return <Aside icon="debug-stop">{l10n.t('Stopped. Nothing was lost; send another message to go on.')}</Aside>;
    case 'limit':
      return (
        <Notice level="warning" message={end.message ?? l10n.t('The turn reached a limit and was ended.')} fixes={[]} actions={actions} />
      );
    case 'blocked':
      return (
        <Notice
          level="warning"
          message={end.message ?? l10n.t('The model’s server blocked this prompt or its answer. Say it in other words.')}
          fixes={[]}
          actions={actions}
        />
      );
    case 'error':
      return (
        <Notice
          level="error"
          message={end.message ?? l10n.t('The turn ended with an error. The log has more.')}
          fixes={last ? fixesFor(end.code) : []}
          actions={actions}
        />
      );
  }
}

function isStreaming(item: Item | undefined): boolean {
  return item?.kind === 'answer' || item?.kind === 'thought' || (item?.kind === 'tool' && item.state === 'running');
}
