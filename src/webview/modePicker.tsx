import { useEffect, useRef, useState } from 'preact/hooks';
import { modes, type Mode } from '../shared/mode';
import type { PanelStatus } from '../shared/panelEvent';
import type { Actions } from './actions';
import { Icon } from './icon';

export const modeWords: Readonly<Record<Mode, { readonly icon: string; readonly words: string }>> = {
  'read-only': { icon: 'eye', words: 'Looks at the folder. Cannot change a file.' },
  ask: { icon: 'checklist', words: 'Changes are staged. You review them once, at the end of the turn.' },
  auto: { icon: 'zap', words: 'Changes are applied as they come, each with a checkpoint. Protected files still wait for you.' },
};

/** The mode as a button that opens a menu; arrows, Enter, Escape and typing Tab away work as in any menu. */
export function ModePicker({ status, actions }: { readonly status: PanelStatus; readonly actions: Actions }) {
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
        aria-label={`Mode: ${status.mode}`}
        title={modeWords[status.mode].words}
        onClick={() => setOpen(!open)}
      >
        <Icon name={modeWords[status.mode].icon} />
        <span>{status.mode}</span>
        <Icon name="chevron-down" />
      </button>
      {open && (
        <div class="menu" role="menu" aria-label="Mode">
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
              <Icon name={modeWords[mode].icon} />
              <span>
                <strong>{mode}</strong>
                <small>{modeWords[mode].words}</small>
              </span>
              {mode === status.mode && <Icon name="check" />}
            </button>
          ))}
          {!status.trusted && <p class="menu-note">This folder is not trusted, so Sunaba only reads.</p>}
        </div>
      )}
    </div>
  );
}
