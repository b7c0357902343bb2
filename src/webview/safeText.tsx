import { showInvisible } from '../shared/invisible';
import { readAnsi } from './ansi';

/** Text of unknown origin: shown as text, with a visible marker for every character that cannot be seen. */
export function SafeText({ text }: { readonly text: string }) {
  return (
    <>
      {showInvisible(text).map((piece) =>
        piece.kind === 'text' ? (
          piece.text
        ) : (
          <span class="invisible-character" title="A character that cannot be seen">
            {piece.label}
          </span>
        ),
      )}
    </>
  );
}

/** Output of a program, with its colours and without any power over the terminal or the page. */
export function TerminalText({ text }: { readonly text: string }) {
  return (
    <>
      {readAnsi(text).map((run) => (
        <span class={run.classes.join(' ')}>
          <SafeText text={run.text} />
        </span>
      ))}
    </>
  );
}
