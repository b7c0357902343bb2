import { ReadFiles } from './readFiles';

/** What the tools remember of one conversation from call to call. */
export class ConversationState {
  readonly files = new ReadFiles();
  /** Where the next command starts: the directory in which the last one ended. */
  directory = '/workspace';
}
