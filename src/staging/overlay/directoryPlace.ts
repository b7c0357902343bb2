import { plainClass, type FileClass } from '../../permissions/filePolicy';
import { joinLower } from '../lower/lower';
import type { OverlayContext } from './context';

/** Classes of entries that are kept: matching a name against all rules takes longer than looking it up. */
const keptClasses = 1000;

/** Where a directory is, and what the policy says of what is in it; void once a directory was moved (`moves`). */
export class DirectoryPlace {
  readonly moves: number;
  /** Relative to the folder, as guests see it. */
  readonly path: string;
  /** What stands before a name in the guest's path of an entry. */
  readonly guestPrefix: string;
  private readonly own: FileClass;
  /** The class of what shows through from the folder. */
  private readonly ofLower: FileClass;
  private readonly classes = new Map<string, FileClass>();

  /** `above`: null for the root, which has no name. */
  constructor(
    private readonly context: OverlayContext,
    above: DirectoryPlace | null,
    name: string,
    private readonly lowerPath: string | null,
  ) {
    const { guestPath, moves, policy } = context;
    this.moves = moves;
    this.path = above === null ? '' : joinLower(above.path, name);
    this.guestPrefix = `${guestPath === '/' ? '' : guestPath}/${this.path === '' ? '' : `${this.path}/`}`;
    this.own = above === null ? plainClass : above.classOf(name);
    this.ofLower = lowerPath === null || lowerPath === this.path ? this.own : policy.classify(lowerPath);
  }

  classOf(name: string): FileClass {
    let found = this.classes.get(name);
    if (found === undefined) {
      found = this.classify(name);
      if (this.classes.size >= keptClasses) this.classes.clear();
      this.classes.set(name, found);
    }
    return found;
  }

  /** By the name here and by the name in the folder. */
  private classify(name: string): FileClass {
    const { policy } = this.context;
    const found = policy.classifyEntry(this.path, this.own, name);
    if (this.lowerPath === null || this.lowerPath === this.path) return found;
    const below = policy.classifyEntry(this.lowerPath, this.ofLower, name);
    return below.hidden && !found.hidden ? { ...found, hidden: true } : found;
  }
}
