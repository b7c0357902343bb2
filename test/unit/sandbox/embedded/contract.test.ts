import path from 'node:path';
import { describe, it } from 'vitest';
import { createEmbeddedSandbox } from '../../../../src/sandbox/embedded/embeddedSandbox';
import { defaultLimits } from '../../../../src/shared/limits';
import { sandboxContract } from '../../../support/sandboxContract';

const dist = path.join(import.meta.dirname, '../../../../dist');

describe('the embedded host', () => {
  sandboxContract({
    open: (folder) => Promise.resolve(createEmbeddedSandbox({ dist, folder, limits: defaultLimits })),
    killsBulkMemory: true,
    test: it,
  });
});
