import { defineTool } from '../agent/defineTool';
import type { Tool } from '../agent/tool';
import type { Sandbox } from '../sandbox/sandbox';
import { filePath } from './parameters';
import type { ReadFiles } from './readFiles';
import { runFileTool } from './runFileTool';

export function editFile(sandbox: Sandbox, files: ReadFiles): Tool {
  return defineTool({
    name: 'edit_file',
    description:
      'Replaces text in a file. old_text must be in the file exactly as it stands there, with enough lines around it to be the only such place; ' +
      'with replace_all every place is replaced.',
    parameters: {
      path: filePath,
      old_text: {
        type: 'string',
        description: 'The text to replace, copied from the file.',
        required: true,
        aliases: ['old_string', 'oldText', 'old_str', 'oldString'],
      },
      new_text: {
        type: 'string',
        description: 'What is to stand there instead; empty to remove it.',
        required: true,
        aliases: ['new_string', 'newText', 'new_str', 'newString'],
      },
      replace_all: { type: 'boolean', description: 'Replaces every place.', aliases: ['replaceAll'] },
    },
    effect: 'writes',
    title: ({ path }) => `Edit ${path}`,
    async run(args, context) {
      const before = files.fingerprint(args.path);
      const { result, fingerprint } = await runFileTool(sandbox, 'edit_file', args, context, { readOnly: false });
      // An edit shows a part of the file. It keeps what was read whole as read, and makes nothing else so.
      if (before !== undefined) files.note(args.path, fingerprint);
      return result;
    },
  });
}
