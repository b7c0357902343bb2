import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { readAnsi, stripAnsi } from '../../../src/webview/ansi';

const esc = '\u001b';

describe('T37: what a program prints has no power over the terminal', () => {
  test.each([
    ['a title (OSC 0)', `${esc}]0;owned\u0007text`, 'text'],
    ['the clipboard (OSC 52)', `a${esc}]52;c;cm0gLXJmIC8=\u0007b`, 'ab'],
    ['the clipboard, ended by ST', `a${esc}]52;c;cm0gLXJmIC8=${esc}\\b`, 'ab'],
    ['a link (OSC 8)', `${esc}]8;;https://evil.example/${esc}\\safe${esc}]8;;${esc}\\`, 'safe'],
    ['an OSC that never ends', `a${esc}]52;c;Zm9v`, 'a'],
    ['8-bit OSC', 'a\u009d52;c;Zm9v\u009cb', 'ab'],
    ['8-bit CSI', 'a\u009b2Jb', 'ab'],
    ['cursor and erase', `${esc}[2J${esc}[1;1Hfake prompt${esc}[?25l`, 'fake prompt'],
    ['DCS, PM, APC, SOS', `1${esc}Pq#0${esc}\\2${esc}^x${esc}\\3${esc}_x${esc}\\4${esc}Xx${esc}\\5`, '12345'],
    ['reset and charsets', `a${esc}cb${esc}(0c`, 'abc'],
    ['a lone escape at the end', `a${esc}`, 'a'],
    ['a CSI that is cut', `a${esc}[31`, 'a'],
  ])('%s', (_, output, text) => {
    expect(stripAnsi(output)).toBe(text);
  });

  test('no escape or C1 control survives, whatever is printed', () => {
    const pieces = fc.constantFrom(esc, '[', ']', '52;c;', '\u0007', '\\', 'm', '31', '\u009b', '\u009d', '\u0090', 'P', 'text', '\n', ';');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (output) => {
        expect(stripAnsi(output.join(''))).not.toMatch(/[\u001b\u0090\u0098\u009b-\u009f]/);
      }),
    );
  });
});

describe('colours', () => {
  test('SGR becomes classes of the style sheet', () => {
    expect(readAnsi(`${esc}[1;31merror${esc}[0m: ${esc}[38;5;10mok${esc}[39;44m!`)).toEqual([
      { text: 'error', classes: ['ansi-bold', 'ansi-fg-1'] },
      { text: ': ', classes: [] },
      { text: 'ok', classes: ['ansi-fg-10'] },
      { text: '!', classes: ['ansi-bg-4'] },
    ]);
  });

  test('true colour becomes the nearest of the theme’s sixteen', () => {
    expect(readAnsi(`${esc}[38;2;255;0;0mred${esc}[38;2;120;120;0molive`)).toEqual([
      { text: 'red', classes: ['ansi-fg-9'] },
      { text: 'olive', classes: ['ansi-fg-3'] },
    ]);
  });

  test('a progress line shows its last state', () => {
    expect(stripAnsi('10%\r50%\r100%\ndone\r\n')).toBe('100%\ndone\n');
  });
});
