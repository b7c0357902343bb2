import { defineTool } from '../agent/defineTool';
import type { Tool } from '../agent/tool';
import type { Sandbox } from '../sandbox/sandbox';
import { glob, startPath } from './parameters';
import { runFileTool } from './runFileTool';

export function search(sandbox: Sandbox): Tool {
  return defineTool({
    name: 'search',
    description:
      "Searches the text of files by a regular expression (Rust's syntax: no look-around, no back-references). " +
      'Gives the matching lines by file, with their numbers. What .gitignore names is left out.',
    parameters: {
      pattern: {
        type: 'string',
        description: 'What to search for.',
        required: true,
        aliases: ['query', 'regex', 'regexp'],
      },
      path: { ...startPath, description: 'A folder or a file, relative to /workspace. Without it: the whole workspace.' },
      glob,
      fixed: {
        type: 'boolean',
        description: 'The pattern is plain text, no regular expression.',
        aliases: ['literal', 'fixed_strings'],
      },
      ignore_case: {
        type: 'boolean',
        description: 'Capitals and small letters are alike.',
        aliases: ['ignoreCase', 'case_insensitive'],
      },
      context: {
        type: 'integer',
        description: 'Lines to show before and after each match.',
        minimum: 0,
        aliases: ['context_lines'],
      },
      max_matches: {
        type: 'integer',
        description: 'Stops after so many matches; 100 where it is not given.',
        minimum: 1,
        aliases: ['maxMatches', 'max_results', 'limit'],
      },
    },
    effect: 'reads',
    title: ({ pattern, path, glob: among }) =>
      `Search “${pattern}”${among === undefined ? '' : ` in ${among}`}${path === undefined ? '' : ` below ${path}`}`,
    async run(args, context) {
      return (await runFileTool(sandbox, 'search', args, context, { readOnly: true })).result;
    },
  });
}
