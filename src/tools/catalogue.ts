import type { Tool } from '../agent/tool';
import type { Sandbox } from '../sandbox/sandbox';
import { editFile } from './editFile';
import { listFiles } from './listFiles';
import { readFile } from './readFile';
import { ReadFiles } from './readFiles';
import { search } from './search';
import { suggestCommand } from './suggestCommand';
import { writeFile } from './writeFile';

export interface CatalogueOptions {
  readonly sandbox: Sandbox;
  /** Without it the tools that write are not declared at all. */
  readonly writes: boolean;
  /** What the conversation has read so far; one for each conversation. */
  readonly files: ReadFiles;
}

/** The tools of one conversation, in the order in which the model is told of them. */
export function createTools({ sandbox, writes, files }: CatalogueOptions): readonly Tool[] {
  const reading = [readFile(sandbox, files), listFiles(sandbox), search(sandbox)];
  return writes ? [...reading, writeFile(sandbox, files), editFile(sandbox, files), suggestCommand] : [...reading, suggestCommand];
}
