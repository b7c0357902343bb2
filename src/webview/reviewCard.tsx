import { useState } from 'preact/hooks';
import type { Change, ChangeMark } from '../shared/changeSet';
import type { PendingReview } from '../shared/panelEvent';
import type { Actions } from './actions';
import { Icon } from './icon';
import { SafeText } from './safeText';

const kindIcons: Readonly<Record<Change['kind'], string>> = {
  created: 'diff-added',
  modified: 'diff-modified',
  deleted: 'diff-removed',
  renamed: 'diff-renamed',
  'mode changed': 'lock',
  linked: 'link',
};

const markWords: Readonly<Record<ChangeMark, string>> = {
  protected: 'protected: needs a click of its own',
  'link leaves the folder': 'link leaves the folder: is not applied',
  'runs on build': 'runs on build',
  executable: 'executable',
  large: 'large',
  binary: 'binary',
  'bidirectional or invisible characters': 'hidden characters',
};

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
  const [open, setOpen] = useState(true);
  const { changes } = review.changeSet;
  if (changes.length === 0) return null;
  const added = sum(changes, (change) => change.details.lines?.added ?? 0);
  const removed = sum(changes, (change) => change.details.lines?.removed ?? 0);
  const free = changes.filter((change) => !isHeld(change));
  return (
    <section class="review" aria-label="Changes to review">
      <header class="review-head">
        <button type="button" class="review-toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name={open ? 'chevron-down' : 'chevron-right'} />
          <span>
            {changes.length} {changes.length === 1 ? 'change' : 'changes'} <span class="review-sub">to review</span>
          </span>
          <span class="lines">
            <span class="lines-added">+{added}</span> <span class="lines-removed">−{removed}</span>
          </span>
        </button>
        <button
          type="button"
          class="button"
          disabled={running || free.length === 0}
          title="Write these changes to your folder"
          onClick={() => actions.apply(review.approvalId)}
        >
          Apply
        </button>
        <button
          type="button"
          class="button secondary"
          disabled={running}
          title="Drop these changes; your folder stays as it is"
          onClick={() => actions.discard(review.approvalId)}
        >
          Discard
        </button>
        <button
          type="button"
          class="icon-button"
          title="Review all changes"
          aria-label="Review all changes"
          onClick={() => actions.review()}
        >
          <Icon name="diff-multiple" />
        </button>
      </header>
      {open && (
        <ul class="review-files">
          {changes.slice(0, maxRows).map((change) => (
            <Row key={change.path} change={change} review={review} running={running} actions={actions} />
          ))}
          {changes.length > maxRows && <li class="review-more">and {changes.length - maxRows} more; Review lists them all</li>}
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
  const slash = change.path.lastIndexOf('/');
  const conflict = review.conflicts.find((each) => each.path === change.path);
  const isProtected = change.details.marks.includes('protected');
  const never = change.details.marks.includes('link leaves the folder');
  return (
    <li class={`review-row kind-${change.kind.replace(' ', '-')}`} data-path={change.path}>
      <button type="button" class="review-file" title={`${change.kind}: ${change.path}`} onClick={() => actions.review(change.path)}>
        <Icon name={kindIcons[change.kind]} />
        <span class="visually-hidden">{change.kind}</span>
        <span class="review-name">
          <SafeText text={change.path.slice(slash + 1)} />
          {change.kind === 'linked' && (
            <span class="review-dir">
              → <SafeText text={change.target} />
            </span>
          )}
        </span>
        <span class="review-dir">
          {change.kind === 'renamed' ? (
            <>
              from <SafeText text={change.from} />
            </>
          ) : (
            slash > 0 && <SafeText text={change.path.slice(0, slash)} />
          )}
        </span>
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
            title={isProtected ? `Apply the protected file ${change.path}` : `Apply ${change.path}`}
            aria-label={`Apply ${change.path}`}
            onClick={() => actions.apply(review.approvalId, [change.path])}
          >
            {isProtected ? 'Allow' : <Icon name="check" />}
          </button>
        )}
        <button
          type="button"
          class="icon-button"
          disabled={running}
          title={`Discard ${change.path}`}
          aria-label={`Discard ${change.path}`}
          onClick={() => actions.discard(review.approvalId, [change.path])}
        >
          <Icon name="close" />
        </button>
      </span>
      {(change.details.marks.length > 0 || conflict !== undefined) && (
        <p class="marks">
          {conflict !== undefined && (
            <button type="button" class="mark is-conflict" onClick={() => actions.resolveConflict(change.path)}>
              conflict: {conflict.reason}. Resolve…
            </button>
          )}
          {change.details.marks.map((mark) => (
            <span key={mark} class={`mark${isHeldMark(mark) ? ' is-held' : ''}`}>
              {markWords[mark]}
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
