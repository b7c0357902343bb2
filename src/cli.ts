#!/usr/bin/env node
import { createTerminal } from './cli/terminal';
import { runCli } from './cli/runCli';

const terminal = createTerminal(process);
void runCli(process.argv.slice(2), terminal).then((status) => terminal.exit(status));
