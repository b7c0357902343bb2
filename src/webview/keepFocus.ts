import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

/** Whether what had the keyboard has gone away, so that nothing has it; never while another part of VS Code is in use. */
function isLost(last: Element | null): boolean {
  return last !== null && !last.isConnected && document.activeElement === document.body && document.hasFocus();
}

/** After each change of the page: where what had the keyboard went away with it, calls `lost`. */
export function useLostFocus(lost: () => void): void {
  const last = useRef<Element | null>(null);
  useEffect(() => {
    const note = (event: FocusEvent) => {
      last.current = event.target instanceof Element ? event.target : null;
    };
    document.addEventListener('focusin', note);
    return () => document.removeEventListener('focusin', note);
  }, []);
  useLayoutEffect(() => {
    if (!isLost(last.current)) return;
    last.current = null;
    lost();
  });
}

interface Place {
  readonly element: Element;
  /** The rows as they stood, and which of them it is in. */
  readonly rows: readonly Element[];
  readonly row: number;
  /** Which of its row's buttons it is. */
  readonly at: number;
}

/** A list whose rows hold buttons: arrows go from row to row, and the keyboard stays in the list when its row goes away. */
export function useRows() {
  const ref = useRef<HTMLUListElement>(null);
  const last = useRef<Place | null>(null);

  const onFocusIn = () => {
    const element = document.activeElement;
    const rows = [...(ref.current?.children ?? [])];
    const row = rows.findIndex((each) => each.contains(element));
    const at = buttonsOf(rows[row]).findIndex((button) => button === element);
    last.current = element === null || at < 0 ? null : { element, rows, row, at };
  };
  useLayoutEffect(() => {
    const was = last.current;
    if (was === null || !isLost(was.element)) return;
    last.current = null;
    const left = (rows: readonly Element[]) => rows.find((row) => row.isConnected);
    focusIn(left(was.rows.slice(was.row + 1)) ?? left(was.rows.slice(0, was.row).reverse()), was.at);
  });
  const onKeyDown = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const was = last.current;
    if (by === 0 || was === null) return;
    event.preventDefault();
    const rows = [...(ref.current?.children ?? [])];
    focusIn(rows[rows.findIndex((row) => row.contains(was.element)) + by], was.at);
  };
  return { ref, onFocusIn, onKeyDown };
}

function buttonsOf(row: Element | undefined): readonly HTMLElement[] {
  return [...(row?.querySelectorAll<HTMLElement>('button:not(:disabled)') ?? [])];
}

/** The button at the same place of another row, or its last one. */
function focusIn(row: Element | undefined, at: number): void {
  const buttons = buttonsOf(row);
  (buttons[at] ?? buttons.at(-1))?.focus();
}
