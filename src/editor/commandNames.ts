/** Every command of the manifest, typed once. A test holds this list, the manifest and what is registered together. */
export const commandNames = [
  'sunaba.openChat',
  'sunaba.newChat',
  'sunaba.explainSelection',
  'sunaba.addSelectionToChat',
  'sunaba.stop',
  'sunaba.setApiKey',
  'sunaba.removeApiKey',
  'sunaba.chooseFolder',
  'sunaba.showLog',
  'sunaba.checkSandbox',
] as const;

export type CommandName = (typeof commandNames)[number];
