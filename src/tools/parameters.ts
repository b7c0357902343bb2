import type { Parameter } from '../agent/tool';

/** `path` of a file, with the names that models take it by. */
export const filePath = {
  type: 'string',
  description: 'Path of the file, relative to /workspace.',
  required: true,
  aliases: ['file_path', 'filePath', 'filepath', 'absolute_path', 'file'],
} as const satisfies Parameter;

/** `path` of what is searched or listed. */
export const startPath = {
  type: 'string',
  aliases: ['dir_path', 'dirPath', 'directory', 'file_path', 'filePath', 'dir'],
} as const satisfies Omit<Parameter, 'description'>;

export const glob = {
  type: 'string',
  description:
    'Takes only files that match, such as "*.ts" (at any depth) or "src/**/*.{ts,tsx}". Several are divided by commas; "!" before one excludes.',
  aliases: ['include', 'file_pattern', 'filePattern'],
} as const satisfies Parameter;
