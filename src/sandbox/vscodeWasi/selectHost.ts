import type { HostKind } from '../sandbox';
import { english as l10n } from '../../shared/texts';

/** The setting `sunaba.wasi.host`. */
export type HostSetting = 'auto' | 'vscode' | 'embedded';

/** Whether the extension behind the VS Code WASI API can carry guests. */
export type CoreState = { readonly kind: 'usable' } | { readonly kind: 'absent' } | { readonly kind: 'unusable'; readonly reason: string };

export interface HostChoice {
  readonly host: HostKind;
  /** What the user is told where it is not what they asked for, or could have. */
  readonly notice: string | null;
}

/** Which host runs. `core` is not asked for where the setting does not need it. */
export function selectHost(setting: HostSetting, core: CoreState): HostChoice {
  if (setting === 'embedded') return { host: 'embedded', notice: null };
  switch (core.kind) {
    case 'usable':
      return { host: 'vscode', notice: null };
    case 'absent':
      return {
        host: 'embedded',
        notice:
          setting === 'vscode'
            ? l10n.t(
                'The extension "WebAssembly Execution Engine" (ms-vscode.wasm-wasi-core) is not installed: Sunaba uses its own host. Install it, or set sunaba.wasi.host to embedded.',
              )
            : null,
      };
    case 'unusable':
      return {
        host: 'embedded',
        notice: l10n.t('The extension ms-vscode.wasm-wasi-core cannot be used: {0}. Sunaba uses its own host.', core.reason),
      };
  }
}

export function parseHostSetting(value: unknown): HostSetting {
  return value === 'vscode' || value === 'embedded' ? value : 'auto';
}
