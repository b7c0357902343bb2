import { spawn } from 'node:child_process';
import http from 'node:http';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { defaultAgentLimits } from '../src/agent/agentLimits';
import { createConversation } from '../src/agent/conversation';
import { runTurn } from '../src/agent/runTurn';
import { createGemini, defaultGeminiTimeouts } from '../src/models/gemini';
import type { Tool } from '../src/agent/tool';
import { line } from './guests/measure';

/*
 * From the prompt to the first streamed character, beyond the model's own time: the loop and the adapter against a
 * server on this machine, beside a bare request of node's own to the same server.
 */

const rounds = 200;
const tools: readonly Tool[] = [];

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

async function ours(url: string): Promise<number> {
  const model = createGemini({ apiKey: 'k', model: 'gemini-2.5-flash', baseUrl: url, ...defaultGeminiTimeouts });
  const startedAt = performance.now();
  let first = 0;
  await runTurn({
    turnId: 't',
    prompt: 'hello',
    conversation: createConversation('c'),
    system: 'You are a test.',
    model,
    tools,
    limits: defaultAgentLimits,
    signal: new AbortController().signal,
    emit: (event) => {
      if (event.type === 'text_streamed' && first === 0) first = performance.now() - startedAt;
    },
    wait: (ms, signal) => wait(ms, undefined, { signal }),
  });
  return first;
}

function bare(url: string): Promise<number> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const body = JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'hello' }] }] });
    const request = http.request(`${url}/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse`, {
      method: 'POST',
      headers: { 'x-goog-api-key': 'k' },
    });
    let first = 0;
    request.on('response', (response) => {
      response.on('data', () => (first = first === 0 ? performance.now() - startedAt : first));
      response.on('end', () => resolve(first));
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function main(): Promise<void> {
  const server = spawn(process.execPath, [path.resolve('out/geminiServer.cjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const { url } = JSON.parse(await new Promise<string>((resolve) => server.stdout.once('data', (data) => resolve(String(data))))) as {
      url: string;
    };
    const times = { ours: [] as number[], bare: [] as number[] };
    for (let round = 0; round < rounds + 20; round++) {
      const [a, b] = [await ours(url), await bare(url)];
      if (round < 20) continue;
      times.ours.push(a);
      times.bare.push(b);
    }
    const [a, b] = [median(times.ours), median(times.bare)];
    line('first character', `${a.toFixed(2)} ms`, `bare request ${b.toFixed(2)} ms`, `${(a / b).toFixed(1)}×`);
  } finally {
    server.kill();
  }
}

void main();
