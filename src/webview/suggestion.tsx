import type { Actions } from './actions';
import { Icon } from './icon';
import { useL10n } from './l10n';
import { SafeText } from './safeText';
import type { ToolCard } from './viewState';

/** A command that the agent offers and that nothing runs: to copy, or to put into a terminal where the user presses Enter. */
export function Suggestion({ card, actions }: { readonly card: ToolCard; readonly actions: Actions }) {
  const l10n = useL10n();
  const command = textArgument(card.args, 'command') ?? textArgument(card.args, 'cmd') ?? '';
  const reason = textArgument(card.args, 'reason') ?? '';
  return (
    <section class="suggestion" aria-label={l10n.t('Suggested command, not run')}>
      <header>
        <Icon name="terminal" />
        <span>{l10n.t('Not run: for you to try in your own terminal')}</span>
      </header>
      <pre tabIndex={0}>
        <code>
          <SafeText text={command} />
        </code>
      </pre>
      {reason !== '' && (
        <p>
          <SafeText text={reason} />
        </p>
      )}
      <footer>
        <button type="button" class="button secondary" onClick={() => actions.copy(command)}>
          {l10n.t('Copy')}
        </button>
        <button type="button" class="button secondary" onClick={() => actions.insertCommand(card.callId)}>
          {l10n.t('Insert in Terminal')}
        </button>
      </footer>
    </section>
  );
}

function textArgument(args: unknown, name: string): string | undefined {
  if (typeof args !== 'object' || args === null || !(name in args)) return undefined;
  const value: unknown = (args as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : undefined;
}
