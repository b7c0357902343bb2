import { useEffect, useRef, useState } from 'preact/hooks';
import { assertNever } from '../shared/assertNever';
import { modes, type Mode } from '../shared/mode';
import type { PanelStatus } from '../shared/panelEvent';
import type { Actions } from './actions';
import { Icon } from './icon';
import { useL10n, type L10n } from './l10n';

const modeIcons: Readonly<Record<Mode, string>> = { 'read-only': 'eye', ask: 'checklist', auto: 'zap' };

/** What a mode means. Its name is the setting's value and is not translated. */
function modeWords(mode: Mode, l10n: L10n): string {
  switch (mode) {
    case 'read-only':
      return l10n.t('Looks at the folder. Cannot change a file.');
    case 'ask':
      return l10n.t('Changes are staged. You review them once, at the end of the turn.');
    case 'auto':
      return l10n.t('Changes are applied as they come, each with a checkpoint. Protected files still wait for you.');
    default:
      return assertNever(mode);
  }
}

/** The mode as a button that opens a menu; arrows, Enter, Escape and typing Tab away work as in any menu. */
export function ModePicker({ status, actions }: { readonly status: PanelStatus; readonly actions: Actions }) {
  const l10n = useL10n();
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (open) root.current?.querySelector<HTMLElement>('[aria-checked="true"]')?.focus();
  }, [open]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const move = (by: number) => {
    const items = [...(root.current?.querySelectorAll<HTMLElement>('[role="menuitemradio"]') ?? [])];
    const at = items.findIndex((item) => item === document.activeElement);
    items[(at + by + items.length) % items.length]?.focus();
  };

  return (
    <div
      class="mode-picker"
      ref={root}
      onFocusOut={(event) => {
        if (!(event.relatedTarget instanceof Node) || !root.current?.contains(event.relatedTarget)) setOpen(false);
      }}
      onKeyDown={(event) => {
        if (!open) return;
        if (event.key === 'Escape') close();
        else if (event.key === 'ArrowDown') move(1);
        else if (event.key === 'ArrowUp') move(-1);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <button
        ref={button}
        type="button"
        class="mode-button"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label={l10n.t('Mode: {0}', status.mode)}
        title={modeWords(status.mode, l10n)}
        onClick={() => setOpen(!open)}
      >
        <Icon name={modeIcons[status.mode]} />
        <span>{status.mode}</span>
        <Icon name="chevron-down" />
      </button>
      {open && (
        <div class="menu" role="menu" aria-label={l10n.t('Mode')}>
          {modes.map((mode) => (
            <button
              key={mode}
              type="button"
              role="menuitemradio"
              class="menu-item"
              aria-checked={mode === status.mode}
              disabled={!status.trusted && mode !== 'read-only'}
              onClick={() => {
                close();
                actions.chooseMode(mode);
              }}
            >
              <Icon name={modeIcons[mode]} />
              <span>
                <strong>{mode}</strong>
                <small>{modeWords(mode, l10n)}</small>
              </span>
              {mode === status.mode && <Icon name="check" />}
            </button>
          ))}
          {!status.trusted && <p class="menu-note">{l10n.t('This folder is not trusted, so Sunaba only reads.')}</p>}
        </div>
      )}
    </div>
  );
}
