import { DescriptorLower } from './descriptorLower';
import type { Lower } from './lower';
import { PathLower } from './pathLower';

/** The user's folder, guarded the best way that this system has. `root` is a host path of an existing directory. */
export function openLower(root: string): Lower {
  return DescriptorLower.isSupported() ? new DescriptorLower(root) : new PathLower(root);
}
