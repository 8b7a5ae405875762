import { tinySpecialTokens } from '@lathe/testkit/tiny-tokenizer';
import { trainByteLevelBpe } from '@lathe/tokenizer/train-bpe';
import fc from 'fast-check';
import type { Line } from '../read/lines.ts';
import type { RowLimits } from './row-task.ts';

/** Few tokens are enough for most rows of these texts, and not for all. */
export const limits: RowLimits = {
  ...{ maxLineBytes: 4096, maxDepth: 64, maxTokens: 90, pieceTokens: 90, tokenizedErrors: 5 },
  personal: { mode: 'report', allowed: ['help@lathe.example'] },
};

/** A tokenizer.json of few words. */
export function smallTokenizer() {
  const words = 'system user assistant where is my order it is on its way thank you be brief\n';
  return trainByteLevelBpe([words.repeat(3)], {
    vocabularySize: 330,
    specialTokens: tinySpecialTokens,
  });
}

export const linesOf = (texts: readonly string[]): Line[] =>
  texts.map((text, at) => ({ number: at + 1, bytes: Buffer.from(text) }));

/** Signs that are no more than that, signs that words and operators know, and characters that are no signs. */
const beyondAscii = [
  ...[
    '·',
    '—',
    '–',
    '“',
    '„',
    '«',
    '€',
    '°',
    '😀',
    '─',
    '█',
    '¿',
    '§',
    '、',
    '×',
    '−',
    '÷',
    '⋅',
    '…',
  ],
  ...[
    '5×5',
    '7−2',
    'x…',
    '…5',
    '3 − 4',
    'a·b',
    '"…',
    '’',
    '”',
    '→',
    '≤',
    '²',
    '½',
    'ﬁ',
    'é',
    '´',
    '\ufe0f',
    ...'äÉßİıſΣσ←≥√⁻³Ⅷ٣𝒜𝟙𐐀я中は한ᵀǅ：｜',
    ...[
      'ΣΑΣ',
      '(Σ)',
      'x²',
      'x² + 7',
      '7 → 8',
      'π ≤ 4',
      '3−½',
      '“Ja.”',
      'it’s',
      "'ä",
      '12²³4',
      'e\u0301',
      '👩\u200d👧',
    ],
  ],
];
/** Texts of all that rows may say, right or wrong. */
export const said = fc
  .array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom(...'where is my order? 12 It IS on its way.'.split(' ')),
      },
      fc.constantFrom(
        ' ',
        '\n',
        '\t',
        '\r\n',
        '"',
        '\\',
        '/',
        "it's",
        '100',
        'a,b;c!',
        '  ',
        '0x1F',
      ),
      fc.constantFrom('<', '<|', '|>', '<|end|>', '<|us', 'er|>', '>', '|', '<|system|>'),
      fc.constantFrom('ä', '’', '😀', '\u0000', '\u0007', '\u007f', '\ud800', '\u00a0', '\ue000'),
      { weight: 2, arbitrary: fc.constantFrom(...beyondAscii) },
      fc.constantFrom('</think>', '<think>\n', '/no_think', '<tool_response>', '<tool_call>'),
      fc.constantFrom('anna@mail.org', '+43 664 1234567', '10.0.0.1', 'help@lathe.example'),
      fc.constantFrom('jörg@müller.at', 'ä@b.org', 'b@äé.org', '\u212aZ86 125K ZT50 0410 0100'),
      fc.string({ unit: 'grapheme-ascii', maxLength: 12 }),
    ),
    { maxLength: 14 },
  )
  .map((parts) => parts.join(''));
/** Texts of which most are plain. */
export const plainly = fc
  .array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom(
          ...'where is my order? 12 It IS "so" \\ on\n\tits way. 7 + 5 - ='.split(' '),
        ),
      },
      fc.constantFrom(...beyondAscii),
    ),
    {
      minLength: 1,
      maxLength: 12,
    },
  )
  .map((parts) => parts.join(' ').replaceAll(/(?<=[^ ]) (?=[·×−–])|(?<=[…×−–€]) /g, ''));
