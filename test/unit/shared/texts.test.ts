import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { toWords } from '../../../src/models/faultWords';
import { checkpointNotice } from '../../../src/shared/changeSet';
import { createTexts, english } from '../../../src/shared/texts';

const read = (file: string) =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, '../../../l10n', file), 'utf8')) as Readonly<Record<string, string>>;
const japanese = createTexts(read('bundle.l10n.ja.json'));

describe('texts in the user’s language', () => {
  test('what was made in English elsewhere is found again, with its values', () => {
    const quota = toWords(
      { kind: 'api', status: 429, message: 'You exceeded your quota.', reasons: [], retryDelayMs: 7000 } as unknown as Parameters<
        typeof toWords
      >[0],
      'm',
    );
    expect(japanese.again(quota.message)).toBe(
      'このキーの割り当てを使い切りました: You exceeded your quota. 7 秒後にもう一度お試しください。',
    );
    const given = checkpointNotice({ commits: 3, bytes: 7 * 1024 * 1024, upToMs: 0, budgetMib: 500 });
    expect(japanese.again(given)).toMatch(/^500 MiB に収めるため、古いチェックポイント 3 件 \(7 MiB\)/);
    const inner = english.t('{0} Send the prompt again, or choose another model.', 'The model gave an empty reply.');
    expect(japanese.again(inner)).toBe('モデルの応答が空でした。 プロンプトをもう一度送信するか、別のモデルを選んでください。');
  });

  test('a value that looks like a placeholder or a pattern stays as it is', () => {
    const made = english.t('There is no model "{0}" for this key: {1} Choose another one.', '{1}', '$& .* \\ {0}');
    expect(made).toBe('There is no model "{1}" for this key: $& .* \\ {0} Choose another one.');
    expect(japanese.again(made)).toBe('このキーで使えるモデル「{1}」はありません: $& .* \\ {0} 別のモデルを選んでください。');
  });

  test('every text of the bundle is found again as itself, and another text is left alone', () => {
    const words = read('bundle.l10n.json');
    const values = ['first', 'second', 'third', 'fourth'];
    const marked = createTexts(Object.fromEntries(Object.keys(words).map((text) => [text, `[${text}]`])));
    const letters = (text: string) => text.replaceAll(/\{\d+\}/g, '').length;
    const long = Object.keys(words).filter((text) => letters(text) >= 15 || !text.includes('{'));
    const wrong = long.filter((text) => marked.again(english.t(text, ...values)) !== `[${english.t(text, ...values)}]`);
    expect(wrong).toEqual([]);
    expect(marked.again('The server said something of its own.')).toBe('The server said something of its own.');
    expect(english.again('Undo')).toBe('Undo');
  });
});
