import { defineTool } from '../agent/defineTool';
import type { Tool } from '../agent/tool';
import type { Sandbox } from '../sandbox/sandbox';
import { glob, startPath } from './parameters';
import { runFileTool } from './runFileTool';

export function listFiles(sandbox: Sandbox): Tool {
  return defineTool({
    name: 'list_files',
    description:
      'Lists files and folders below a folder, sorted, one path a line, folders with a slash at the end. What .gitignore names is left out. ' +
      'At most 500 are listed; of a larger tree the upper levels, with the rest counted.',
    parameters: {
      path: { ...startPath, description: 'The folder, relative to /workspace. Without it: the whole workspace.' },
      glob: { ...glob, aliases: [...glob.aliases, 'pattern'] },
      depth: {
        type: 'integer',
        description: 'How many levels to go down; 1 is the folder itself.',
        minimum: 1,
        aliases: ['max_depth', 'maxDepth'],
      },
      include_ignored: {
        type: 'boolean',
        description: 'Lists what .gitignore names too.',
        aliases: ['includeIgnored'],
      },
    },
    effect: 'reads',
    title: ({ path, glob: wanted }) => `List ${wanted === undefined ? '' : `${wanted} in `}${path ?? 'the workspace'}`,
    async run(args, context) {
      return (await runFileTool(sandbox, 'list_files', args, context, { readOnly: true })).result;
    },
  });
}
