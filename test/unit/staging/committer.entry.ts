import { createFilePolicy, noFileRules } from '../../../src/permissions/filePolicy';
import { createOverlayTree } from '../../../src/staging/overlay/overlayTree';
import { createStaging } from '../../../src/staging/staging';

/*
 * A process that commits everything that is staged, and dies by SIGKILL right after its n-th step. Arguments: folder,
 * storage, state, n (0: lives). It tells each step on standard output.
 */
const [folder = '', storage = '', state = '', killAt = '0', pauseAt = '0'] = process.argv.slice(2);
let step = 0;
const tree = createOverlayTree({ root: folder, storage, policy: createFilePolicy(noFileRules), guestPath: '/workspace' });
const staging = createStaging(tree, {
  root: folder,
  state,
  overlayId: 'overlay',
  observe: (done) => {
    step++;
    if (step === Number(killAt)) process.kill(process.pid, 'SIGKILL');
    if (step === Number(pauseAt)) {
      process.stdout.write('paused\n');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000);
    }
    void done;
  },
});
const report = staging.commit({ ids: 'all', approvedProtected: [], dirtyPaths: [] });
process.stdout.write(JSON.stringify({ steps: step, report }));
