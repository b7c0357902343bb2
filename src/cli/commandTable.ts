import type { Command } from './command';
import { execCommand } from './execCommand';
import { modelsCommand } from './modelsCommand';
import { runCommand } from './runCommand';
import { wasmCommand } from './wasmCommand';

export const commands: readonly Command[] = [runCommand, execCommand, wasmCommand, modelsCommand];
