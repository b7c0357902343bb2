import type { Attachment } from '../shared/panelEvent';

/** `src/a.ts:3-9`, the way paths with lines are written everywhere here. */
export function attachmentLabel({ path, lines }: Attachment): string {
  if (lines === undefined) return path;
  return lines.first === lines.last ? `${path}:${lines.first}` : `${path}:${lines.first}-${lines.last}`;
}
