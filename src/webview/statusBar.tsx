import type { PanelStatus } from '../shared/panelEvent';
import type { Actions } from './actions';
import { Icon } from './icon';
import { useL10n } from './l10n';
import { SafeText } from './safeText';

/** What holds here, always in view: the folder and where tools see it, and what keeps them in. */
export function StatusBar({ status, actions }: { readonly status: PanelStatus; readonly actions: Actions }) {
  const l10n = useL10n();
  if (status.folder === null) return null;
  const host = status.host === 'vscode' ? 'VS Code WASI' : status.host === 'embedded' ? l10n.t('embedded') : l10n.t('sandbox');
  const folder = (
    <>
      <Icon name="folder" />
      <SafeText text={status.folder} />
      <span class="mount">
        <Icon name="arrow-right" /> /workspace
      </span>
    </>
  );
  return (
    <header class="status">
      {status.folders > 1 ? (
        <button
          type="button"
          class="status-item"
          title={l10n.t('Tools see this folder alone. Click to choose another.')}
          onClick={() => actions.fix('chooseFolder')}
        >
          {folder}
        </button>
      ) : (
        <span class="status-item" title={l10n.t('Tools see this folder at /workspace, and nothing else.')}>
          {folder}
        </span>
      )}
      {!status.trusted && (
        <button
          type="button"
          class="status-item is-warning"
          title={l10n.t('Restricted Mode: Sunaba only reads. Click to manage trust.')}
          onClick={() => actions.fix('manageTrust')}
        >
          <Icon name="workspace-untrusted" />
          {l10n.t('restricted')}
        </button>
      )}
      <button
        type="button"
        class="status-item"
        title={
          status.host === null
            ? l10n.t('Tools run as WASI processes. Click to check the sandbox.')
            : l10n.t('Tools run as WASI processes on the host "{0}". Click to check the sandbox.', host)
        }
        onClick={() => actions.checkSandbox()}
      >
        <Icon name="shield" />
        {host}
      </button>
    </header>
  );
}
