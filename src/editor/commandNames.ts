/** Every command of the manifest, typed once. A test holds this list, the manifest and what is registered together. */
export const commandNames = [
  'sunaba.openChat',
  'sunaba.newChat',
  'sunaba.showChats',
  'sunaba.explainSelection',
  'sunaba.addSelectionToChat',
  'sunaba.addTerminalSelection',
  'sunaba.stop',
  'sunaba.setApiKey',
  'sunaba.removeApiKey',
  'sunaba.chooseFolder',
  'sunaba.chooseModel',
  'sunaba.showLog',
  'sunaba.checkSandbox',
  'sunaba.switchMode',
  'sunaba.reviewChanges',
  'sunaba.applyChanges',
  'sunaba.discardChanges',
  'sunaba.showPermissions',
] as const;

export type CommandName = (typeof commandNames)[number];
