import { defineTool } from '../agent/defineTool';
import type { Tool } from '../agent/tool';
import type { Sandbox } from '../sandbox/sandbox';
import { filePath } from './parameters';
import type { ReadFiles } from './readFiles';
import { runFileTool } from './runFileTool';

export function readFile(sandbox: Sandbox, files: ReadFiles): Tool {
  return defineTool({
    name: 'read_file',
    description:
      'Reads a text file. At most 2000 lines or 50 KB come at once; the last line, in brackets, says how many lines there are and how to go on. ' +
      'The text comes as it is, without line numbers.',
    parameters: {
      path: filePath,
      start_line: {
        type: 'integer',
        description: 'First line, from 1.',
        minimum: 1,
        aliases: ['startLine', 'start', 'offset'],
      },
      end_line: { type: 'integer', description: 'Last line, included.', minimum: 1, aliases: ['endLine', 'end'] },
    },
    effect: 'reads',
    title: ({ path, start_line, end_line }) => {
      if (start_line === undefined && end_line === undefined) return `Read ${path}`;
      return `Read ${path}, lines ${start_line ?? 1}–${end_line ?? ''}`;
    },
    check: ({ start_line, end_line }) =>
      start_line !== undefined && end_line !== undefined && end_line < start_line
        ? `read_file: end_line ${end_line} is before start_line ${start_line}.`
        : undefined,
    async run(args, context) {
      const { result, fingerprint } = await runFileTool(sandbox, 'read_file', args, context, { readOnly: true });
      files.note(args.path, fingerprint);
      return result;
    },
  });
}
