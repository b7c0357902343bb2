import { defineTool } from '../agent/defineTool';

/** Offers a command that the sandbox cannot run. It is shown with buttons to copy it or put it into a terminal; nothing runs it. */
export const suggestCommand = defineTool({
  name: 'suggest_command',
  description:
    'Offers the user a command for their own terminal, where your sandbox cannot run it: a build, a package manager, ' +
    'the network, git push. It is only shown; you get no output. One command on one line.',
  parameters: {
    command: { type: 'string', description: 'The command, on one line', required: true, aliases: ['cmd'] },
    reason: { type: 'string', description: 'What it does and why, in one sentence', required: true },
  },
  effect: 'reads',
  title: ({ command }) => `Suggest ${command}`,
  check: ({ command }) => (/[\r\n]/.test(command.trim()) ? 'Give one command on one line; join several with &&.' : undefined),
  run: () =>
    Promise.resolve({
      isError: false,
      text: 'The command was shown to the user. It was not run, and you will not see its output unless they send it.',
    }),
});
