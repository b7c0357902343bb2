// `npm start`: opens Sunaba on a sample folder, with no key and no earlier command. Without GEMINI_API_KEY the local
// scripted server answers, and its scenarios are the ready prompts of the empty chat.
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { ensureDependencies, root, run, which } from './ensure.mjs';

const say = (text) => console.log(`sunaba: ${text}`);

await ensureDependencies();
const { makeProfile, startCodeServer } = await import('./codeServer.mjs');

say('building …');
await run(process.execPath, ['esbuild.mjs', '--tests']);

const folder = path.join(mkdtempSync(path.join(os.tmpdir(), 'sunaba-sample-')), 'sample');
cpSync(path.join(root, 'test/fixtures/workspace'), folder, { recursive: true });

const closing = [() => rmSync(path.dirname(folder), { recursive: true, force: true })];
let stopping;
function stop(code) {
  stopping ??= (async () => {
    for (const close of closing.reverse()) await close();
    process.exit(code);
  })();
  return stopping;
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop(signal === 'SIGINT' ? 130 : 143));

const settings = {};
if (!process.env['GEMINI_API_KEY']) {
  const server = await startScriptedServer();
  closing.push(() => server.child.kill());
  settings['sunaba.model.baseUrl'] = server.url;
  settings['sunaba.chat.suggestions'] = server.prompts;
  say(`no GEMINI_API_KEY is set: a scripted server on this machine answers (${server.url})`);
}

/** Starts out/geminiServer.cjs, which prints one line of JSON: { url, prompts }. */
function startScriptedServer() {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(root, 'out/geminiServer.cjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the scripted server ended with ${code}`)));
    child.stdout.on('data', (chunk) => {
      text += String(chunk);
      if (!text.includes('\n')) return;
      child.removeAllListeners('exit');
      resolve({ child, ...JSON.parse(text.slice(0, text.indexOf('\n'))) });
    });
  });
}

const profile = makeProfile(settings);
closing.push(profile.remove);

const desktop = which('code');
try {
  if (desktop && (process.platform !== 'linux' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'])) {
    say('opening VS Code. Close its window to end.');
    const args = ['--wait', '--new-window', `--user-data-dir=${profile.userData}`, `--extensions-dir=${profile.extensions}`];
    await run(desktop, [...args, `--extensionDevelopmentPath=${root}`, folder], { timeoutMs: 0 });
    await stop(0);
  }
  const target = path.join(profile.extensions, 'sunaba.sunaba-0.1.0');
  mkdirSync(target, { recursive: true });
  for (const part of ['package.json', 'package.nls.json', 'README.md', 'LICENSE', 'l10n', 'media', 'dist']) {
    if (existsSync(path.join(root, part))) cpSync(path.join(root, part), path.join(target, part), { recursive: true });
  }
  const port = process.env['PORT'] ? Number(process.env['PORT']) : undefined;
  const server = await startCodeServer({
    userData: profile.userData,
    extensions: profile.extensions,
    smoke: false,
    ...(port ? { port } : {}),
  });
  closing.push(() => server.stop());
  say(`open ${server.url(folder)}`);
  say('then open the chat: its icon is in the side bar, or press F1 and type "Sunaba: Open Chat". Ctrl+C ends.');
  const code = await server.ended;
  if (!stopping) await stop(code ?? 1);
  else await stopping;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  await stop(1);
}
