/** A run of terminal output in one style; `classes` are of our style sheet, never from the output. */
export interface AnsiRun {
  readonly text: string;
  readonly classes: readonly string[];
}

interface Style {
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly foreground: number | null;
  readonly background: number | null;
}

const plain: Style = { bold: false, dim: false, italic: false, underline: false, foreground: null, background: null };

/**
 * Every escape sequence a terminal would act on: CSI, the strings OSC, DCS, SOS, PM and APC up to their end (or the end of
 * the output, where they are cut), and two-byte escapes; in their 7-bit and 8-bit forms.
 */
const sequence =
  /(?:\u001b\[|\u009b)([0-?]*)([ -/]*)([@-~])?|(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;

/**
 * Reads terminal output as coloured text. Colours and weights of SGR are kept; every other sequence is dropped, so that
 * nothing in it can set a title, write the clipboard, make a link or move the cursor. Lone carriage returns overwrite the
 * line as a terminal would show it.
 */
export function readAnsi(output: string): readonly AnsiRun[] {
  const runs: AnsiRun[] = [];
  let style = plain;
  let from = 0;
  const text = withoutOverwritten(output);
  for (const match of text.matchAll(sequence)) {
    push(runs, text.slice(from, match.index), style);
    from = match.index + match[0].length;
    if (match[3] === 'm' && match[2] === '') style = styled(style, match[1] ?? '');
  }
  push(runs, text.slice(from), style);
  return runs;
}

/** The output as plain text, without any sequence: what Copy gives. */
export function stripAnsi(output: string): string {
  return readAnsi(output)
    .map((run) => run.text)
    .join('');
}

function withoutOverwritten(output: string): string {
  if (!output.includes('\r')) return output;
  return output
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.slice(line.lastIndexOf('\r', line.length - 2) + 1).replace(/\r$/, ''))
    .join('\n');
}

function push(runs: AnsiRun[], text: string, style: Style): void {
  if (text === '') return;
  const classes = [
    ...(style.bold ? ['ansi-bold'] : []),
    ...(style.dim ? ['ansi-dim'] : []),
    ...(style.italic ? ['ansi-italic'] : []),
    ...(style.underline ? ['ansi-underline'] : []),
    ...(style.foreground === null ? [] : [`ansi-fg-${style.foreground}`]),
    ...(style.background === null ? [] : [`ansi-bg-${style.background}`]),
  ];
  runs.push({ text, classes });
}

function styled(style: Style, parameters: string): Style {
  const codes = parameters.split(/[;:]/).map((code) => (code === '' ? 0 : Number(code)));
  let next = style;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0;
    if (code === 38 || code === 48) {
      const key = code === 38 ? 'foreground' : 'background';
      if (codes[i + 1] === 5) {
        next = { ...next, [key]: nearest256(codes[i + 2] ?? 0) };
        i += 2;
      } else if (codes[i + 1] === 2) {
        next = { ...next, [key]: nearestRgb(codes[i + 2] ?? 0, codes[i + 3] ?? 0, codes[i + 4] ?? 0) };
        i += 4;
      }
    } else next = simple(next, code);
  }
  return next;
}

function simple(style: Style, code: number): Style {
  if (code === 0) return plain;
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 3) return { ...style, italic: true };
  if (code === 4) return { ...style, underline: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 23) return { ...style, italic: false };
  if (code === 24) return { ...style, underline: false };
  if (code >= 30 && code <= 37) return { ...style, foreground: code - 30 };
  if (code === 39) return { ...style, foreground: null };
  if (code >= 40 && code <= 47) return { ...style, background: code - 40 };
  if (code === 49) return { ...style, background: null };
  if (code >= 90 && code <= 97) return { ...style, foreground: code - 82 };
  if (code >= 100 && code <= 107) return { ...style, background: code - 92 };
  return style;
}

/** The theme's sixteen colours stand for all 256, so that output stays readable in every theme. */
function nearest256(index: number): number | null {
  if (index < 16) return index;
  if (index >= 232) return index < 244 ? 8 : 7;
  const cube = index - 16;
  const level = (value: number) => Math.round((value / 5) * 255);
  return nearestRgb(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

function nearestRgb(red: number, green: number, blue: number): number {
  const strongest = Math.max(red, green, blue);
  if (strongest < 48) return 8;
  const bit = (value: number) => (value > strongest / 2 ? 1 : 0);
  const colour = bit(red) | (bit(green) << 1) | (bit(blue) << 2);
  return strongest > 200 ? colour + 8 : colour;
}
