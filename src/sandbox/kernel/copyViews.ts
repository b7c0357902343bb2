/** Copies from one list of buffers, after `skip` bytes, into another, after `into` bytes; gives how many fitted. */
export function copyViews(from: readonly Uint8Array[], skip: number, to: readonly Uint8Array[], into: number): number {
  let source = 0;
  while (source < from.length && skip >= (from[source]?.length ?? 0)) skip -= from[source++]?.length ?? 0;
  let target = 0;
  while (target < to.length && into >= (to[target]?.length ?? 0)) into -= to[target++]?.length ?? 0;
  let done = 0;
  for (let left = from[source], right = to[target]; left && right;) {
    const bytes = Math.min(left.length - skip, right.length - into);
    right.set(skip === 0 && bytes === left.length ? left : left.subarray(skip, skip + bytes), into);
    done += bytes;
    skip += bytes;
    into += bytes;
    if (skip === left.length) {
      left = from[++source];
      skip = 0;
    }
    if (into === right.length) {
      right = to[++target];
      into = 0;
    }
  }
  return done;
}
