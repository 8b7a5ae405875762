import { plainSigns } from '../operators.ts';
import { placeInWords } from './words.ts';

/** The numbers of `enum character_class` of packages/row-reader/c/known-characters.h, and the general categories of each class. */
const classes: readonly (readonly [RegExp, number])[] = [
  [/^\p{L}$/u, 2],
  [/^\p{N}$/u, 3],
  [/^[\p{P}\p{S}]$/u, 4],
];
/** What a unit of a form is. */
const [partsWords, isLetter, isSign] = [0, 1, 2];

const refused = new Int32Array();

/** Marks change what stands before them, and syllables of Hangul come together. */
const joins = /[\p{M}\p{Script=Hangul}]/u;
/** A capital whose lower case is another one at the end of words. */
const sigma = 'Σ';
/** Patterns without case take them for `s` and `k`: pre-tokenizers in contractions, rules of personal data in numbers of accounts. */
const likeAscii = new Set(['ſ', '\u212a']);
const mostAscii = 0x7f;
const mostOfUnit = 0xffff;

/**
 * What texts with a character beyond ASCII say, as C takes it (packages/row-reader/c/known-characters.h); no numbers: that cannot be told of it alone. Its
 * forms are in NFKC and lower case; each unit of them is of ASCII, a letter of words, a sign of operators, or parts words, and none takes more bytes than
 * the character does.
 */
export function characterNumbers(code: number): Int32Array {
  const character = String.fromCodePoint(code);
  const kind = classes.find(([pattern]) => pattern.test(character))?.[1];
  if (kind === undefined || likeAscii.has(character)) return refused;
  const composed = character.normalize('NFKC');
  const plain = composed.toLowerCase();
  if (joins.test(character + plain) || /\s/.test(plain)) return refused;
  const bytes = Buffer.from(plain);
  const words = Array.from(plainSigns(plain), numberOf);
  const most = Buffer.byteLength(character);
  if (bytes.length > most || words.length > most || words.includes(undefined)) return refused;
  const isApart = composed.includes(sigma) ? 1 : 0;
  const units = words.filter((word) => word !== undefined);
  return Int32Array.of(kind, isApart, bytes.length, units.length, ...bytes, ...units);
}

/** A character of a form, and what it is; undefined of one that C has no byte for. */
function numberOf(character: string): number | undefined {
  const code = character.codePointAt(0) as number;
  const place = placeInWords(code);
  if (code <= mostAscii) return 4 * code;
  // All that parts words does it in the same way.
  if (place === 'between') return 4 * mostOfUnit + partsWords;
  if (code > mostOfUnit || place === 'alone') return undefined;
  if (place === 'sign') return 4 * code + isSign;
  return /\p{L}/u.test(character) ? 4 * code + isLetter : undefined;
}
