import type { Tool } from '../agent/tool';
import type { Sandbox } from '../sandbox/sandbox';
import { bash } from './bash';
import type { ConversationState } from './conversationState';
import { editFile } from './editFile';
import { listFiles } from './listFiles';
import { readFile } from './readFile';
import { search } from './search';
import { suggestCommand } from './suggestCommand';
import { writeFile } from './writeFile';

export interface CatalogueOptions {
  readonly sandbox: Sandbox;
  /** Without it the tools that write are not declared at all. */
  readonly writes: boolean;
  /** One for each conversation. */
  readonly state: ConversationState;
}

/** The tools of one conversation, in the order in which the model is told of them. */
export function createTools({ sandbox, writes, state }: CatalogueOptions): readonly Tool[] {
  const { files } = state;
  return [
    readFile(sandbox, files),
    listFiles(sandbox),
    search(sandbox),
    ...(writes ? [writeFile(sandbox, files), editFile(sandbox, files)] : []),
    bash({ sandbox, writes, state }),
    suggestCommand,
  ];
}
