import { useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Ref } from 'preact';
import type { PanelStatus } from '../shared/panelEvent';
import type { Actions } from './actions';
import { attachmentLabel } from './attachment';
import { Icon } from './icon';
import { useL10n } from './l10n';
import { ModePicker } from './modePicker';
import { SafeText } from './safeText';

export interface ComposerHandle {
  /** Puts the keyboard here; `text` goes in where nothing was written yet. */
  focus(text?: string): void;
}

interface Props {
  readonly status: PanelStatus;
  readonly draft: string;
  readonly actions: Actions;
  readonly handle: Ref<ComposerHandle>;
}

/** Where prompts are written. Enter sends, Shift+Enter breaks the line; the Enter that ends an input method's composition does neither. */
export function Composer({ status, draft, actions, handle }: Props) {
  const l10n = useL10n();
  const [text, setText] = useState(draft);
  const [hint, setHint] = useState('');
  const area = useRef<HTMLTextAreaElement>(null);
  const canSend = text.trim() !== '' && !status.running && status.folder !== null;

  useImperativeHandle(handle, () => ({
    focus: (given) => {
      if (given !== undefined) setText((now) => (now.trim() === '' ? given : now));
      area.current?.focus();
    },
  }));
  useEffect(() => {
    const timer = setTimeout(() => actions.keepDraft(text), 200);
    return () => clearTimeout(timer);
  }, [text, actions]);
  useEffect(() => setHint(''), [status.running]);
  useLayoutEffect(() => fit(area.current), [text]);

  const send = () => {
    if (status.running) return setHint(l10n.t('Wait for the end of this turn, or stop it, to send.'));
    if (!canSend) return;
    actions.send(text.trim());
    setText('');
    actions.keepDraft('');
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {status.attachments.length > 0 && (
        <ul class="chips" aria-label={l10n.t('Attached to the next message')}>
          {status.attachments.map((attachment) => (
            <li key={attachment.id} class="chip">
              <Icon name="file" />
              <SafeText text={attachmentLabel(attachment)} />
              <button
                type="button"
                class="icon-button"
                aria-label={l10n.t('Remove {0}', attachmentLabel(attachment))}
                title={l10n.t('Remove')}
                onClick={() => actions.removeAttachment(attachment.id)}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <textarea
        ref={area}
        rows={1}
        value={text}
        aria-label={l10n.t('Message to Sunaba')}
        placeholder={
          status.folder === null
            ? status.folders > 1
              ? l10n.t('Choose a folder to begin')
              : l10n.t('Open a folder to begin')
            : l10n.t('Ask about {0}', status.folder)
        }
        disabled={status.folder === null}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.altKey || event.isComposing || event.keyCode === 229) return;
          event.preventDefault();
          send();
        }}
      />
      {hint !== '' && (
        <p class="composer-hint" role="status">
          {hint}
        </p>
      )}
      <div class="composer-foot">
        <ModePicker status={status} actions={actions} />
        <button
          type="button"
          class="model"
          title={l10n.t('The model that answers. Click to choose another.')}
          onClick={() => actions.fix('chooseModel')}
        >
          <SafeText text={status.model} />
        </button>
        {status.running ? (
          <button
            type="button"
            class="send is-stop"
            title={l10n.t('Stop (Escape)')}
            aria-label={l10n.t('Stop')}
            onClick={() => actions.stop()}
          >
            <Icon name="debug-stop" />
          </button>
        ) : (
          <button type="submit" class="send" title={l10n.t('Send (Enter)')} aria-label={l10n.t('Send')} disabled={!canSend}>
            <Icon name="arrow-up" />
          </button>
        )}
      </div>
    </form>
  );
}

const maxComposerPx = 240;

function fit(area: HTMLTextAreaElement | null): void {
  if (area === null) return;
  area.style.height = 'auto';
  area.style.height = `${Math.min(area.scrollHeight, maxComposerPx)}px`;
  area.style.overflowY = area.scrollHeight > maxComposerPx ? 'auto' : 'hidden';
}
