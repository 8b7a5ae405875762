import { AlignedText, chainNormalizers, mapCharacters, type Normalizer } from './normalizer.ts';
import { lowercase, stripNonspacingMarks, unicodeNormalizer } from './unicode-normalizer.ts';

export type BertNormalizerOptions = {
  /** Remove control characters, and write every kind of white space as a space. */
  cleanText: boolean;
  /** Put spaces around Chinese characters. */
  handleChineseCharacters: boolean;
  stripAccents: boolean;
  lowercase: boolean;
};

/** The normalizer of BERT (Devlin et al. 2018), in the order of the reference: clean, space, strip, lower. */
export function bertNormalizer(options: BertNormalizerOptions): Normalizer {
  const steps = [
    ...(options.cleanText ? [unless(/^[\x20-\x7e]*$/, cleanText)] : []),
    ...(options.handleChineseCharacters ? [unless(/^[\0-\u33ff]*$/, spaceChinese)] : []),
    ...(options.stripAccents
      ? [unless(/^[\0-\x7f]*$/, chainNormalizers([unicodeNormalizer('NFD'), stripNonspacingMarks]))]
      : []),
    ...(options.lowercase ? [lowercase] : []),
  ];
  return chainNormalizers(steps);
}

/** Most text is untouched by most steps: `pattern` says of which text that is so. */
function unless(pattern: RegExp, step: Normalizer): Normalizer {
  return (text, how) => (pattern.test(text) ? { text, alignment: undefined } : step(text, how));
}

const cleanText = mapCharacters((character) => {
  if (character === '\t' || character === '\n' || character === '\r') return ' ';
  if (character === '\ufffd' || isControl.test(character)) return '';
  return /\p{White_Space}/u.test(character) ? ' ' : character;
});

const isControl = /[\p{Cc}\p{Cf}\p{Co}]/u;

/** The blocks that the reference takes for Chinese; its fifth range starts at U+2B920, not at U+2B820. */
const chinese =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/u;

const spaceChinese: Normalizer = (source, { align }) => {
  const everywhere = new RegExp(chinese, 'gu');
  const text = source.replace(everywhere, ' $& ');
  if (text === source || !align) return { text, alignment: undefined };
  const out = new AlignedText();
  let at = 0;
  for (const character of source) {
    const end = at + character.length;
    if (chinese.test(character)) out.replace(` ${character} `, at, end);
    else out.keep(character, at);
    at = end;
  }
  return out.finish();
};
