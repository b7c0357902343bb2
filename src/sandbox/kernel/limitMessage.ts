import type { LimitName, Limits } from '../../shared/limits';

/** The sentence for a limit that was met. Each names its setting. */
export function limitMessage(limit: LimitName, limits: Limits): string {
  const setting = `Raise the setting sunaba.limits.${limit} if it needs more.`;
  switch (limit) {
    case 'wallClockMs':
      return `It ran longer than ${limits.wallClockMs / 1000} seconds and was ended. ${setting}`;
    case 'processMemoryMib':
      return `A process reached its memory limit of ${limits.processMemoryMib} MiB. ${setting}`;
    case 'totalMemoryMib':
      return `All processes together used more than ${limits.totalMemoryMib} MiB of memory and were ended. ${setting}`;
    case 'outputKeptBytes':
      return `Only the first and last parts of the output are kept, ${limits.outputKeptBytes} bytes in all. ${setting}`;
    case 'outputFileBytes':
      return `It printed more than ${limits.outputFileBytes} bytes and was ended. ${setting}`;
    case 'modelOutputChars':
      return `Only ${limits.modelOutputChars} characters of the output are shown. ${setting}`;
    case 'writtenBytes':
      return `It wrote ${limits.writtenBytes} bytes to files; further writes were refused. ${setting}`;
    case 'fileBytes':
      return `A file would have become larger than ${limits.fileBytes} bytes; the write was refused. ${setting}`;
    case 'filesCreated':
      return `It created ${limits.filesCreated} files and folders; more were refused. ${setting}`;
    case 'processes':
      return `${limits.processes} processes were running at once; more were refused. ${setting}`;
    case 'descriptors':
      return `A process had ${limits.descriptors} files open at once; more were refused. ${setting}`;
  }
}
