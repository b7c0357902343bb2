import { useMemo, useState } from 'preact/hooks';
import { toldChanges, type Change, type ChangeMark, type ConflictReason } from '../shared/changeSet';
import { markInvisible } from '../shared/invisible';
import type { PendingReview } from '../shared/panelEvent';
import type { Actions } from './actions';
import { Icon } from './icon';
import { useRows } from './keepFocus';
import { useL10n, type L10n } from './l10n';
import { SafeText } from './safeText';

const kindIcons: Readonly<Record<Change['kind'], string>> = {
  created: 'diff-added',
  modified: 'diff-modified',
  deleted: 'diff-removed',
  renamed: 'diff-renamed',
  'mode changed': 'gear',
  linked: 'link',
};

function markWords(mark: ChangeMark, l10n: L10n): string {
  return {
    protected: l10n.t('protected: needs a click of its own'),
    'link leaves the folder': l10n.t('link leaves the folder: is not applied'),
    'runs on build': l10n.t('runs on build'),
    executable: l10n.t('executable'),
    large: l10n.t('large'),
    binary: l10n.t('binary'),
    'bidirectional or invisible characters': l10n.t('hidden characters'),
  }[mark];
}

function kindWords(kind: Change['kind'], l10n: L10n): string {
  return {
    created: l10n.t('created'),
    modified: l10n.t('modified'),
    deleted: l10n.t('deleted'),
    renamed: l10n.t('renamed'),
    'mode changed': l10n.t('mode changed'),
    linked: l10n.t('linked'),
  }[kind];
}

function conflictWords(reason: ConflictReason, l10n: L10n): string {
  return {
    'changed on disk': l10n.t('conflict: changed on disk. Resolve…'),
    'removed on disk': l10n.t('conflict: removed on disk. Resolve…'),
    'created on disk': l10n.t('conflict: created on disk. Resolve…'),
    'unsaved in an editor': l10n.t('conflict: unsaved in an editor. Resolve…'),
    'changed since it was shown': l10n.t('conflict: changed since it was shown. Resolve…'),
  }[reason];
}

const maxRows = 200;

/** All that is staged and not yet in the folder, over all turns: apply, discard or look, all at once or by file. */
export function ReviewCard({
  review,
  running,
  actions,
}: {
  readonly review: PendingReview;
  readonly running: boolean;
  readonly actions: Actions;
}) {
  const l10n = useL10n();
  const [open, setOpen] = useState(true);
  const rows = useRows();
  const changes = useMemo(() => toldChanges(review.changeSet.changes), [review.changeSet]);
  if (changes.length === 0) return null;
  const added = sum(changes, (change) => change.details.lines?.added ?? 0);
  const removed = sum(changes, (change) => change.details.lines?.removed ?? 0);
  const free = changes.filter((change) => !isHeld(change));
  return (
    <section class="review" aria-label={l10n.t('Changes to review')}>
      <header class="review-head">
        <button type="button" class="review-toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name={open ? 'chevron-down' : 'chevron-right'} />
          <span>
            {changes.length === 1 ? l10n.t('1 change to review') : l10n.t('{0} changes to review', changes.length.toLocaleString())}
          </span>
          {added + removed > 0 && (
            <span class="lines">
              <span class="lines-added">+{added.toLocaleString()}</span> <span class="lines-removed">−{removed.toLocaleString()}</span>
            </span>
          )}
        </button>
        <button
          type="button"
          class="button"
          disabled={running || free.length === 0}
          title={l10n.t('Write these changes to your folder')}
          onClick={() => actions.apply(review.approvalId)}
        >
          {l10n.t('Apply')}
        </button>
        <button
          type="button"
          class="button secondary"
          disabled={running}
          title={l10n.t('Drop these changes; your folder stays as it is')}
          onClick={() => actions.discard(review.approvalId)}
        >
          {l10n.t('Discard')}
        </button>
        <button
          type="button"
          class="icon-button"
          title={l10n.t('Review all changes')}
          aria-label={l10n.t('Review all changes')}
          onClick={() => actions.review()}
        >
          <Icon name="diff-multiple" />
        </button>
      </header>
      {open && (
        <ul class="review-files" {...rows}>
          {changes.slice(0, maxRows).map((change) => (
            <Row key={change.path} change={change} review={review} running={running} actions={actions} />
          ))}
          {changes.length > maxRows && (
            <li class="review-more">{l10n.t('and {0} more; Review lists them all', (changes.length - maxRows).toLocaleString())}</li>
          )}
        </ul>
      )}
    </section>
  );
}

function Row({
  change,
  review,
  running,
  actions,
}: {
  readonly change: Change;
  readonly review: PendingReview;
  readonly running: boolean;
  readonly actions: Actions;
}) {
  const l10n = useL10n();
  const slash = change.path.lastIndexOf('/');
  const conflict = review.conflicts.find((each) => each.path === change.path);
  const isProtected = change.details.marks.includes('protected');
  const shown = markInvisible(change.path);
  const never = change.details.marks.includes('link leaves the folder');
  return (
    <li class={`review-row kind-${change.kind.replace(' ', '-')}`} data-path={change.path}>
      <button
        type="button"
        class="review-file"
        title={`${kindWords(change.kind, l10n)}: ${markInvisible(change.path)}`}
        onClick={() => actions.review(change.path)}
      >
        <Icon name={kindIcons[change.kind]} />
        <span class="visually-hidden">{kindWords(change.kind, l10n)}</span>
        <span class="review-name">
          <SafeText text={change.path.slice(slash + 1)} />
          {change.kind === 'linked' && (
            <span class="review-dir">
              → <SafeText text={change.target} />
            </span>
          )}
        </span>
        <span class="review-dir">
          {change.kind === 'renamed'
            ? l10n.parts('from {0}', <SafeText text={change.from} />)
            : slash > 0 && <SafeText text={change.path.slice(0, slash)} />}
        </span>
        {change.kind === 'mode changed' && (
          <span class="review-dir">
            {((change.details.mode ?? 0) & 0o111) !== 0 ? l10n.t('becomes executable') : l10n.t('no longer executable')}
          </span>
        )}
        {change.details.lines !== undefined && (
          <span class="lines">
            {change.details.lines.added > 0 && <span class="lines-added">+{change.details.lines.added}</span>}{' '}
            {change.details.lines.removed > 0 && <span class="lines-removed">−{change.details.lines.removed}</span>}
          </span>
        )}
      </button>
      <span class="review-row-actions">
        {!never && (
          <button
            type="button"
            class={isProtected ? 'button secondary small' : 'icon-button'}
            disabled={running}
            title={isProtected ? l10n.t('Apply the protected file {0}', shown) : l10n.t('Apply {0}', shown)}
            aria-label={l10n.t('Apply {0}', shown)}
            onClick={() => actions.apply(review.approvalId, [change.path])}
          >
            {isProtected ? l10n.t('Allow') : <Icon name="check" />}
          </button>
        )}
        <button
          type="button"
          class="icon-button"
          disabled={running}
          title={l10n.t('Discard {0}', shown)}
          aria-label={l10n.t('Discard {0}', shown)}
          onClick={() => actions.discard(review.approvalId, [change.path])}
        >
          <Icon name="close" />
        </button>
      </span>
      {(change.details.marks.length > 0 || conflict !== undefined) && (
        <p class="marks">
          {conflict !== undefined && (
            <button type="button" class="mark is-conflict" onClick={() => actions.resolveConflict(change.path)}>
              {conflictWords(conflict.reason, l10n)}
            </button>
          )}
          {change.details.marks.map((mark) => (
            <span key={mark} class={`mark${isHeldMark(mark) ? ' is-held' : ''}`}>
              {markWords(mark, l10n)}
            </span>
          ))}
        </p>
      )}
    </li>
  );
}

function isHeld(change: Change): boolean {
  return change.details.marks.some(isHeldMark);
}

function isHeldMark(mark: ChangeMark): boolean {
  return mark === 'protected' || mark === 'link leaves the folder';
}

function sum(changes: readonly Change[], of: (change: Change) => number): number {
  return changes.reduce((total, change) => total + of(change), 0);
}
