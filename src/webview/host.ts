import { parseHostMessage, type HostMessage, type WebviewMessage } from '../shared/protocol';

/** The panel's one door to the extension host. */
export interface Host {
  send(message: WebviewMessage): void;
  /** Calls back for every message of the host's until the panel is gone. Anything else that arrives is dropped. */
  listen(receive: (message: HostMessage) => void): void;
  /** A draft outlives a reload of the panel; nothing else is kept here. */
  readDraft(): string;
  keepDraft(text: string): void;
}

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export function createHost(): Host {
  const api = acquireVsCodeApi();
  return {
    send: (message) => {
      api.postMessage(message);
    },
    listen: (receive) => {
      window.addEventListener('message', (event: MessageEvent<unknown>) => {
        const message = parseHostMessage(event.data);
        if (message !== undefined) receive(message);
      });
    },
    readDraft: () => {
      const state = api.getState();
      return typeof state === 'object' && state !== null && 'draft' in state && typeof state.draft === 'string' ? state.draft : '';
    },
    keepDraft: (draft) => {
      api.setState({ draft });
    },
  };
}
