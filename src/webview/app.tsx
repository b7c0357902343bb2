import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { nextMode } from '../shared/mode';
import type { Actions } from './actions';
import { Composer, type ComposerHandle } from './composer';
import type { Host } from './host';
import { Icon } from './icon';
import { useLostFocus } from './keepFocus';
import { createL10n, L10nContext, useL10n, type L10n } from './l10n';
import { LinkDialog } from './linkDialog';
import { ReviewCard } from './reviewCard';
import { StatusBar } from './statusBar';
import { TurnView } from './turnView';
import { emptyView, reduce, type ToolCard, type Turn, type ViewState } from './viewState';
import { KeyMissing, Welcome } from './welcome';

export function App({ host }: { readonly host: Host }) {
  const [state, setState] = useState<ViewState>(emptyView);
  const [asked, setAsked] = useState<string | null>(null);
  const composer = useRef<ComposerHandle>(null);
  const actions = useMemo(() => createActions(host, setAsked), [host]);
  const draft = useMemo(() => host.readDraft(), [host]);

  // An answered question, an applied review: the keyboard goes where the next thing is written.
  useLostFocus(() => composer.current?.focus());
  useEffect(() => {
    host.listen((message) => {
      if (message.type === 'composer_focused') composer.current?.focus(message.text);
      else setState((now) => reduce(now, message));
    });
    host.send({ type: 'ready' });
  }, [host]);

  const { status, turns, review, words } = state;
  const l10n = useMemo(() => createL10n(words), [words]);
  if (!state.ready || status === null) return <div class="panel" aria-busy="true" />;
  return (
    <L10nContext.Provider value={l10n}>
      <div
        class="panel"
        onKeyDown={(event) => {
          // VS Code's own key bindings reach a webview's page only where its focus tracking agrees; these two must always work.
          if (event.key === 'Escape' && status.running) actions.stop();
          else if (event.key === '.' && (event.ctrlKey || event.metaKey)) actions.chooseMode(nextMode(status.mode));
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      >
        <StatusBar status={status} actions={actions} />
        <Messages turns={turns} actions={actions} empty={<Welcome status={status} actions={actions} />} />
        <div class="dock">
          {turns.length > 0 && status.key === 'missing' && status.folder !== null && <KeyMissing actions={actions} />}
          {review !== null && <ReviewCard review={review} running={status.running} actions={actions} />}
          <Composer status={status} draft={draft} actions={actions} handle={composer} />
        </div>
        <p class="visually-hidden" role="status" aria-live="polite">
          {announcement(turns, l10n)}
        </p>
        {asked !== null && (
          <LinkDialog
            url={asked}
            onOpen={() => {
              host.send({ type: 'link_opened', url: asked });
              setAsked(null);
            }}
            onCopy={() => {
              actions.copy(asked);
              setAsked(null);
            }}
            onClose={() => setAsked(null)}
          />
        )}
      </div>
    </L10nContext.Provider>
  );
}

/** Keeps the newest in view while the user is at the end, and leaves him alone while he reads further up. */
function Messages({
  turns,
  actions,
  empty,
}: {
  readonly turns: readonly Turn[];
  readonly actions: Actions;
  readonly empty: preact.ComponentChildren;
}) {
  const l10n = useL10n();
  const box = useRef<HTMLDivElement>(null);
  const [follows, setFollows] = useState(true);
  const count = useRef(0);
  const toEnd = () => box.current?.scrollTo({ top: box.current.scrollHeight });

  useLayoutEffect(() => {
    const asked = turns.length > count.current;
    count.current = turns.length;
    if (asked) setFollows(true);
    if (turns.length === 0) box.current?.scrollTo({ top: 0 });
    else if (follows || asked) toEnd();
  }, [turns, follows]);
  useEffect(() => {
    const content = box.current?.firstElementChild;
    if (!content || !follows || turns.length === 0) return;
    const observer = new ResizeObserver(toEnd);
    observer.observe(content);
    return () => observer.disconnect();
  }, [follows, turns.length === 0]);

  return (
    <main
      class="messages"
      ref={box}
      onScroll={(event) => {
        const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
        setFollows(scrollHeight - scrollTop - clientHeight < 24);
      }}
    >
      <div class="messages-content" role="log" aria-live="off" aria-label={l10n.t('Conversation')}>
        {turns.length === 0
          ? empty
          : turns.map((turn, index) => <TurnView key={index} turn={turn} last={index === turns.length - 1} actions={actions} />)}
      </div>
      {!follows && (
        <button
          type="button"
          class="to-end"
          title={l10n.t('To the newest')}
          aria-label={l10n.t('To the newest')}
          onClick={() => setFollows(true)}
        >
          <Icon name="arrow-down" />
        </button>
      )}
    </main>
  );
}

function createActions(host: Host, ask: (url: string) => void): Actions {
  return {
    send: (text) => host.send({ type: 'prompt_sent', text }),
    stop: () => host.send({ type: 'stopped' }),
    newChat: () => host.send({ type: 'chat_cleared' }),
    keepDraft: (text) => host.keepDraft(text),
    fix: (fix) => host.send({ type: 'fix_chosen', fix }),
    openLink: (url, words) => {
      if (words.trim() === url || `${words.trim()}/` === url) host.send({ type: 'link_opened', url });
      else ask(url);
    },
    openPath: (text) => {
      const match = /^(?:\/workspace\/|\.\/)?(.+?)(?::(\d+)(?:-\d+)?)?$/.exec(text);
      if (match?.[1] === undefined) return;
      host.send({ type: 'file_opened', path: match[1], ...(match[2] === undefined ? {} : { line: Math.max(1, Number(match[2])) }) });
    },
    copy: (text) => host.send({ type: 'text_copied', text }),
    removeAttachment: (id) => host.send({ type: 'attachment_removed', id }),
    chooseMode: (mode) => host.send({ type: 'mode_chosen', mode }),
    checkSandbox: () => host.send({ type: 'sandbox_checked' }),
    openPermissions: () => host.send({ type: 'permissions_opened' }),
    review: (path) => host.send({ type: 'review_opened', ...(path === undefined ? {} : { path }) }),
    apply: (approvalId, paths) => host.send({ type: 'changes_applied', approvalId, ...(paths === undefined ? {} : { paths: [...paths] }) }),
    discard: (approvalId, paths) =>
      host.send({ type: 'changes_discarded', approvalId, ...(paths === undefined ? {} : { paths: [...paths] }) }),
    revert: (commitId) => host.send({ type: 'commit_reverted', commitId }),
    resolveConflict: (path) => host.send({ type: 'conflict_opened', path }),
    restore: (turnId) => host.send({ type: 'restore_asked', turnId }),
    undoRestore: (restoreId) => host.send({ type: 'restore_undone', restoreId }),
    answer: (approvalId, answer) => host.send({ type: 'approval_answered', approvalId, answer }),
    insertCommand: (callId) => host.send({ type: 'command_inserted', callId }),
  };
}

/** What a screen reader is told: the steps of a turn and its end, not each streamed piece. */
function announcement(turns: readonly Turn[], l10n: L10n): string {
  const turn = turns.at(-1);
  if (turn === undefined) return '';
  const last = turn.items.at(-1);
  if (turn.end?.reason === 'stop') return l10n.t('Answer: {0}', last?.kind === 'answer' ? last.text.slice(0, 2000) : l10n.t('done'));
  if (turn.end !== undefined) return turn.end.message === undefined ? l10n.t('The turn was ended.') : l10n.again(turn.end.message);
  return last?.kind === 'tool' ? `${last.title}: ${stateWord(last.state, l10n)}` : l10n.t('Working');
}

function stateWord(state: ToolCard['state'], l10n: L10n): string {
  return { running: l10n.t('running'), done: l10n.t('done'), failed: l10n.t('failed'), stopped: l10n.t('stopped') }[state];
}
