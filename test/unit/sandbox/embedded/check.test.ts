import path from 'node:path';
import { describe, it } from 'vitest';
import { createEmbeddedSandbox } from '../../../../src/sandbox/embedded/embeddedSandbox';
import { defaultLimits } from '../../../../src/shared/limits';
import { checkContract } from '../../../support/checkContract';

const dist = path.join(import.meta.dirname, '../../../../dist');

describe('Check the Sandbox on the embedded host', () => {
  checkContract({
    open: (folder) => Promise.resolve(createEmbeddedSandbox({ dist, folder, limits: defaultLimits })),
    test: it,
  });
});
