import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from './icon';
import { SafeText } from './safeText';

interface Props {
  readonly url: string;
  readonly onOpen: () => void;
  readonly onCopy: () => void;
  readonly onClose: () => void;
}

/** Shows the whole target of a link, its host standing out, before anything opens. */
export function LinkDialog({ url, onOpen, onCopy, onClose }: Props) {
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
        Open this address?
      </h3>
      <p class="dialog-url" tabIndex={0}>
        {origin.slice(0, origin.length - host.length)}
        <strong>{host}</strong>
        <SafeText text={url.slice(origin.length)} />
      </p>
      <p class="dialog-actions">
        <button type="button" class="button" onClick={onOpen}>
          Open
        </button>
        <button type="button" class="button secondary" onClick={onCopy}>
          Copy
        </button>
        <button type="button" class="button secondary" autofocus onClick={onClose}>
          Cancel
        </button>
      </p>
    </dialog>
  );
}
