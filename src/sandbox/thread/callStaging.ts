import type { Staging } from '../../staging/staging';
import type { StagingPort } from '../sandbox';
import type { StagingMethod } from './protocol';

/** Carries out a call of the port on the kernel's thread, between two calls of guests. Both ends are ours: the arguments are the port's. */
export function callStaging<M extends StagingMethod>(
  staging: Staging,
  method: M,
  args: readonly unknown[],
): Awaited<ReturnType<StagingPort[M]>> {
  const calls: { readonly [Name in StagingMethod]: (...args: Parameters<StagingPort[Name]>) => Awaited<ReturnType<StagingPort[Name]>> } = {
    changes: () => staging.changes(),
    read: (path, side) => staging.read(path, side),
    edit: (path, content) => staging.edit(path, content),
    commit: (request) => staging.commit(request),
    discard: (paths) => staging.discard(paths),
    revert: (commitId) => staging.revert(commitId),
  };
  return calls[method](...(args as Parameters<StagingPort[M]>));
}
