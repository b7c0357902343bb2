import { defineTool } from '../agent/defineTool';
import type { Tool } from '../agent/tool';
import type { Sandbox } from '../sandbox/sandbox';
import { filePath } from './parameters';
import type { ReadFiles } from './readFiles';
import { runFileTool } from './runFileTool';

export function writeFile(sandbox: Sandbox, files: ReadFiles): Tool {
  return defineTool({
    name: 'write_file',
    description:
      'Writes a whole file, and the folders on the way to it. A file that exists must have been read before with read_file; ' +
      'to change a part of it use edit_file. Give the content in full: nothing may stand for text that is left out.',
    parameters: {
      path: filePath,
      content: { type: 'string', description: 'The whole content.', required: true, aliases: ['contents', 'text'] },
    },
    effect: 'writes',
    title: ({ path }) => `Write ${path}`,
    async run(args, context) {
      const known = { ...args, fingerprint: files.fingerprint(args.path) };
      const { result, fingerprint } = await runFileTool(sandbox, 'write_file', known, context, { readOnly: false });
      files.note(args.path, fingerprint);
      return result;
    },
  });
}
