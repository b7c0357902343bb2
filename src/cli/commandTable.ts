import type { Command } from './command';
import { modelsCommand } from './modelsCommand';
import { runCommand } from './runCommand';

export const commands: readonly Command[] = [runCommand, modelsCommand];
