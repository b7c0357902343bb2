import { parseArgs } from 'node:util';
import { listGeminiModels } from '../models/listGeminiModels';
import type { Command } from './command';
import { exitStatus } from './command';
import { readModelAccess } from './modelOptions';
import { shown } from './safeText';
import { UsageError } from './usageError';

export const modelsCommand: Command = {
  name: 'models',
  summary: 'list the models that the key may use',
  help: `Usage: sunaba models [--base-url URL] [--json]

Lists the models that answer to GEMINI_API_KEY, as the API tells: id, name, tokens that fit into a request.
`,
  async run(args, terminal) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { 'base-url': { type: 'string' }, json: { type: 'boolean' } },
      allowPositionals: true,
    });
    if (positionals.length > 0) throw new UsageError(`unexpected argument ${JSON.stringify(positionals[0])}`);
    const models = await listGeminiModels(readModelAccess(values['base-url'], terminal), terminal.signal);
    for (const model of models) {
      terminal.stdout.write(
        values.json === true
          ? `${JSON.stringify(model)}\n`
          : `${shown(model.id)}\t${shown(model.displayName)}\t${model.inputTokenLimit ?? 'unknown'}\n`,
      );
    }
    return exitStatus.ok;
  },
};
