import type { LimitName, Limits } from '../../shared/limits';
import { fsError } from '../../staging/errno';
import type { QuotaSink } from '../../staging/vfs';

/** Counts what a run writes against its limits; `met` is told which limit refused. */
export class Quota implements QuotaSink {
  #written = 0;
  #created = 0;

  constructor(
    private readonly limits: Limits,
    private readonly met: (limit: LimitName) => void,
  ) {}

  write(bytes: number): void {
    if (this.#written + bytes > this.limits.writtenBytes) {
      this.met('writtenBytes');
      throw fsError('dquot');
    }
    this.#written += bytes;
  }

  create(): void {
    if (this.#created >= this.limits.filesCreated) {
      this.met('filesCreated');
      throw fsError('dquot');
    }
    this.#created++;
  }

  fileSize(bytes: number): void {
    if (bytes <= this.limits.fileBytes) return;
    this.met('fileBytes');
    throw fsError('fbig');
  }
}
