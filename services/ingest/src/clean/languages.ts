import { detectAll } from 'tinyld/light';

/** A text of fewer letters tells no language. */
const fewLetters = 12;

/**
 * The language of each text by its ISO 639-1 code, of the 24 that tinyld's light table knows; '' where it cannot be told, since the text is short,
 * code or numbers.
 */
export function languagesOf(texts: readonly string[]): string[] {
  return texts.map((text) => {
    const letters = text.match(/\p{L}/gu)?.length ?? 0;
    // Scripts without blanks say more with a letter.
    const isDense = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Hangul}]/u.test(text);
    if (letters < (isDense ? fewLetters / 3 : fewLetters)) return '';
    return detectAll(text)[0]?.lang ?? '';
  });
}
