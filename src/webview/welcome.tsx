import type { PanelStatus } from '../shared/panelEvent';
import type { Actions } from './actions';
import { Icon } from './icon';
import { useL10n } from './l10n';
import { SafeText } from './safeText';

/** What an empty chat shows: what is missing before it can begin, or what can be asked. */
export function Welcome({ status, actions }: { readonly status: PanelStatus; readonly actions: Actions }) {
  const l10n = useL10n();
  if (status.folder === null) return status.folders > 1 ? <ManyFolders actions={actions} /> : <NoFolder actions={actions} />;
  return (
    <div class="welcome">
      <h2>{l10n.parts('Ask about {0}', <SafeText text={status.folder} />)}</h2>
      <p class="welcome-words">
        {l10n.t(
          'Every tool runs as a WebAssembly process that sees this folder and nothing else: no other file, no network, no program of yours.',
        )}
      </p>
      {status.key === 'missing' ? (
        <KeyMissing actions={actions} />
      ) : (
        <ul class="suggestions" aria-label={l10n.t('Ready prompts')}>
          {status.suggestions.map((text) => (
            <li key={text}>
              <button type="button" disabled={status.running} onClick={() => actions.send(text)}>
                <SafeText text={text} />
                <Icon name="arrow-right" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export function KeyMissing({ actions }: { readonly actions: Actions }) {
  const l10n = useL10n();
  return (
    <section class="card" aria-label={l10n.t('API key')}>
      <h3>
        <Icon name="key" />
        {l10n.t('Sunaba needs a Gemini API key')}
      </h3>
      <p>{l10n.t('It is kept in VS Code’s secret storage and sent to the model’s server alone.')}</p>
      <p class="card-actions">
        <button type="button" class="button" onClick={() => actions.fix('setApiKey')}>
          {l10n.t('Set API Key')}
        </button>
        <button
          type="button"
          class="link"
          title="https://aistudio.google.com/apikey"
          onClick={() => actions.openLink('https://aistudio.google.com/apikey', '')}
        >
          {l10n.t('Get a key from Google AI Studio')}
        </button>
      </p>
    </section>
  );
}

function NoFolder({ actions }: { readonly actions: Actions }) {
  const l10n = useL10n();
  return (
    <div class="welcome">
      <h2>{l10n.t('Open a folder to begin')}</h2>
      <p class="welcome-words">{l10n.t('Sunaba works in one folder. Its tools see that folder and nothing else of this machine.')}</p>
      <p>
        <button type="button" class="button" onClick={() => actions.fix('openFolder')}>
          {l10n.t('Open Folder')}
        </button>
      </p>
    </div>
  );
}

function ManyFolders({ actions }: { readonly actions: Actions }) {
  const l10n = useL10n();
  return (
    <div class="welcome">
      <h2>{l10n.t('Which folder is this about?')}</h2>
      <p class="welcome-words">{l10n.t('The workspace has several. Sunaba works in one of them; its tools do not see the others.')}</p>
      <p>
        <button type="button" class="button" onClick={() => actions.fix('chooseFolder')}>
          {l10n.t('Choose Folder')}
        </button>
      </p>
    </div>
  );
}
