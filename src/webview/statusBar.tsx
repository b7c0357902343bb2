import type { PanelStatus } from '../shared/panelEvent';
import type { Actions } from './actions';
import { Icon } from './icon';
import { SafeText } from './safeText';

/** What holds here, always in view: the folder and where tools see it, and what keeps them in. */
export function StatusBar({ status, actions }: { readonly status: PanelStatus; readonly actions: Actions }) {
  if (status.folder === null) return null;
  const host = status.host === 'vscode' ? 'VS Code WASI' : status.host === 'embedded' ? 'embedded' : 'sandbox';
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
          title="Tools see this folder alone. Click to choose another."
          onClick={() => actions.fix('chooseFolder')}
        >
          {folder}
        </button>
      ) : (
        <span class="status-item" title="Tools see this folder at /workspace, and nothing else.">
          {folder}
        </span>
      )}
      {!status.trusted && (
        <button
          type="button"
          class="status-item is-warning"
          title="Restricted Mode: Sunaba only reads. Click to manage trust."
          onClick={() => actions.fix('manageTrust')}
        >
          <Icon name="workspace-untrusted" />
          restricted
        </button>
      )}
      <button
        type="button"
        class="status-item"
        title={`Tools run as WASI processes${status.host === null ? '' : ` on the ${host} host`}. Click to check the sandbox.`}
        onClick={() => actions.checkSandbox()}
      >
        <Icon name="shield" />
        {host}
      </button>
    </header>
  );
}
