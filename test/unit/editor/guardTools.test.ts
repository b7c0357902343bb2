import { describe, expect, test } from 'vitest';
import { defineTool } from '../../../src/agent/defineTool';
import type { Rule, SourcedRule } from '../../../src/permissions/rules';
import type { ApprovalAnswer, PanelEvent } from '../../../src/shared/panelEvent';
import { Approvals } from '../../../src/editor/approvals';
import { guardTools, readFacts } from '../../../src/editor/guardTools';

const echo = defineTool({
  name: 'bash',
  description: 'runs',
  parameters: { command: { type: 'string', description: 'what', required: true } },
  effect: 'writes',
  title: ({ command }) => command,
  run: ({ command }) => Promise.resolve({ isError: false, text: `ran ${command}` }),
});

interface Setup {
  readonly rules: SourcedRule[];
  readonly events: PanelEvent[];
  readonly approvals: Approvals;
  readonly granted: { rule: Rule; span: string }[];
  committed: number;
  run(command: string, signal?: AbortSignal): Promise<string>;
}

function setUp(rules: readonly Rule[]): Setup {
  const events: PanelEvent[] = [];
  const approvals = new Approvals((event) => events.push(event));
  const setup: Setup = {
    rules: rules.map((rule) => ({ rule, source: 'user' })),
    events,
    approvals,
    granted: [],
    committed: 0,
    run: async (command, signal = new AbortController().signal) => {
      const prepared = tool?.prepare({ command });
      if (prepared?.kind !== 'ready') throw new Error('refused');
      return (await prepared.run({ callId: 'c', signal, onOutput: () => undefined })).text;
    },
  };
  const [tool] = guardTools([echo], {
    rules: () => setup.rules,
    ask: (question, signal) => approvals.ask(question, signal),
    grant: (rule, span) => {
      setup.granted.push({ rule, span });
      setup.rules.push({ rule, source: 'grant' });
      return Promise.resolve();
    },
    afterWrite: () => {
      setup.committed++;
      return Promise.resolve();
    },
  });
  return setup;
}

function asked({ events }: Setup): string {
  const event = events.findLast((each) => each.type === 'approval_asked');
  if (event === undefined) throw new Error('nothing was asked');
  return event.approvalId;
}

async function answered(setup: Setup, command: string, answer: ApprovalAnswer): Promise<string> {
  const running = setup.run(command);
  await Promise.resolve();
  expect(setup.approvals.answer(asked(setup), answer)).toBe(true);
  return running;
}

describe('tools behind the user’s rules', () => {
  test('what no rule speaks of runs, and is committed where the mode says so', async () => {
    const setup = setUp([]);
    expect(await setup.run('ls')).toBe('ran ls');
    expect(setup.committed).toBe(1);
  });

  test('what a rule denies is not run and not asked', async () => {
    const setup = setUp([{ tool: 'bash', command: 'rm *', action: 'deny' }]);
    expect(await setup.run('rm -rf .')).toMatch(/^Not run: the user's rule "deny bash rm \*"/);
    expect(setup.events).toEqual([]);
    expect(setup.committed).toBe(0);
  });

  test('a yes once asks again; a grant for the chat does not', async () => {
    const setup = setUp([{ tool: 'bash', action: 'ask' }]);
    expect(await answered(setup, 'make', 'once')).toBe('ran make');
    expect(await answered(setup, 'make', 'conversation')).toBe('ran make');
    expect(await setup.run('make')).toBe('ran make');
    expect(setup.granted).toEqual([{ rule: { tool: 'bash', action: 'allow' }, span: 'conversation' }]);
  });

  test('a no is an error for the model', async () => {
    expect(await answered(setUp([{ action: 'ask' }]), 'make', 'deny')).toMatch(/user said no/);
  });

  test('stopping the turn takes the question back', async () => {
    const setup = setUp([{ action: 'ask' }]);
    const abort = new AbortController();
    const running = setup.run('make', abort.signal);
    await Promise.resolve();
    abort.abort();
    expect(await running).toMatch(/^Not run/);
    expect(setup.events.at(-1)).toMatchObject({ type: 'approval_settled', answer: 'deny' });
  });

  test('T36: an answer that quotes no open question, or quotes one twice, is not heard', async () => {
    const setup = setUp([{ action: 'ask' }]);
    const running = setup.run('make');
    await Promise.resolve();
    for (const forged of ['', 'c', 'approval', '00000000-0000-4000-8000-000000000000']) {
      expect(setup.approvals.answer(forged, 'workspace')).toBe(false);
    }
    const id = asked(setup);
    expect(setup.approvals.answer(id, 'deny')).toBe(true);
    expect(setup.approvals.answer(id, 'workspace')).toBe(false);
    expect(await running).toMatch(/^Not run/);
    expect(setup.granted).toEqual([]);
  });
});

test('rules see one path however it is written', () => {
  for (const path of ['src/a', './src/a', '/workspace/src/a', 'x/../src//a', 'file:///workspace/src/a']) {
    expect(readFacts('read_file', { path }).paths).toEqual(['src/a']);
  }
  expect(readFacts('x', null)).toEqual({ tool: 'x', paths: [] });
  expect(readFacts('x', { path: 7, command: ['a'] })).toEqual({ tool: 'x', paths: [] });
});
