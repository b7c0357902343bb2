/*
 * The scripted server by itself: `node out/geminiServer.cjs [PORT]`. Prints one line of JSON, { url, prompts }, and
 * serves until it gets a signal.
 */
import { startGeminiServer } from './gemini/geminiServer';
import { scenarios } from './gemini/scenarios';

async function main(): Promise<void> {
  const port = Number(process.argv[2] ?? 0);
  const server = await startGeminiServer({ port: Number.isInteger(port) ? port : 0 });
  const prompts = scenarios.filter(({ ready }) => ready === true).map(({ prompt }) => prompt);
  console.log(JSON.stringify({ url: server.url, prompts }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close().then(() => process.exit(0)));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
