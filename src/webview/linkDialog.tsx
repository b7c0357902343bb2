import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from './icon';
import { useL10n } from './l10n';
import { SafeText } from './safeText';

interface Props {
  readonly url: string;
  readonly onOpen: () => void;
  readonly onCopy: () => void;
  readonly onClose: () => void;
}

/** Shows the whole target of a link, its host standing out, before anything opens. */
export function LinkDialog({ url, onOpen, onCopy, onClose }: Props) {
  const l10n = useL10n();
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    dialog.current?.showModal();
  }, []);
  const { origin, host } = new URL(url);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby="link-title"
      onClose={onClose}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
    >
      <h3 id="link-title">
        <Icon name="link-external" />
        {l10n.t('Open this address?')}
      </h3>
      <p class="dialog-url" tabIndex={0}>
        {origin.slice(0, origin.length - host.length)}
        <strong>{host}</strong>
        <SafeText text={url.slice(origin.length)} />
      </p>
      <p class="dialog-actions">
        <button type="button" class="button" onClick={onOpen}>
          {l10n.t('Open')}
        </button>
        <button type="button" class="button secondary" onClick={onCopy}>
          {l10n.t('Copy')}
        </button>
        <button type="button" class="button secondary" autofocus onClick={onClose}>
          {l10n.t('Cancel')}
        </button>
      </p>
    </dialog>
  );
}
