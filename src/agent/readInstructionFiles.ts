import type { InstructionFile } from './systemPrompt';
import type { Tool } from './tool';

/** Files of a repository that advise coding agents. */
const names = ['AGENTS.md', 'GEMINI.md'];

/** Reads them by the agent's own reading tool, so that they pass the same guard as everything. A file that cannot be read is left out. */
export async function readInstructionFiles(tools: readonly Tool[], signal: AbortSignal): Promise<readonly InstructionFile[]> {
  const readFile = tools.find((tool) => tool.declaration.name === 'read_file');
  if (readFile === undefined) return [];
  const files: InstructionFile[] = [];
  for (const path of names) {
    const prepared = readFile.prepare({ path });
    if (prepared.kind === 'refused' || signal.aborted) continue;
    const result = await prepared.run({ callId: `instructions-${path}`, signal, onOutput: () => undefined });
    if (!result.isError) files.push({ path, text: result.text });
  }
  return files;
}
