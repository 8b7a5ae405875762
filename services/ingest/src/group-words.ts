import { asLatin1, bytesOf } from './ascii-text.ts';
import { isOperator, isSign, plainSigns, signRun } from './operators.ts';

/** Where words are written of texts of ASCII, by the byte: each is at most one blank and as long as what it is made of. */
let written = Buffer.alloc(4096);

const blank = 0x20;
const zero = 0x30;
const signCode = 1;

/** Of a character of ASCII: 0 for one that parts words, 1 for a sign, `zero` for a digit, else its letter in lower case. */
const kinds = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/\d/.test(character)) return zero;
  if (/[a-z]/i.test(character)) return character.toLowerCase().charCodeAt(0);
  return isSign(character) ? signCode : 0;
});

const part = new RegExp(`(?<number>\\p{N}+)|(?<word>[\\p{L}\\p{M}]+)|${signRun.source}|[^]`, 'gu');
/** Numbers that "-" or "/" hold together: of two of at most three digits they may be operators, of others they name a date, a case or a telephone. */
const chain = /\p{N}+(?:[-/]\p{N}+)+/gu;
const sum = /^\p{N}{1,3}[-/]\p{N}{1,3}$/u;
const digit = /\p{N}/u;
const digits = /\p{N}+/gu;
const signs = new RegExp(signRun.source, 'gu');
const number = /\p{N}+(?:[.,]\p{N}+)*/uy;

/**
 * The words of a text by which prompts are grouped: in lower case, a 0 for each number, and without signs, but for operators and the
 * numbers that they stand between, since a sum of other numbers is another question.
 */
export function groupWords(text: string): string {
  const ascii = bytesOf(text);
  return ascii === undefined ? wordsOfAny(text) : asLatin1(groupWordsOfAscii(ascii));
}

function wordsOfAny(text: string): string {
  const plain = plainSigns(text.normalize('NFKC').toLowerCase());
  const marks = marksOf(plain);
  let words = '';
  for (const { 0: found, index, groups } of plain.matchAll(part)) {
    if (groups?.word !== undefined) words += found;
    else if (groups?.number !== undefined) words += marks.kept.has(index) ? found : '0';
    else words += marks.operators.has(index) ? ` ${found} ` : ' ';
  }
  return words.replaceAll(/ +/g, ' ').trim();
}

/** Where the operators of a text begin, and the numbers that are calculated with. */
type Marks = { readonly operators: ReadonlySet<number>; readonly kept: ReadonlySet<number> };

const none: Marks = { operators: new Set(), kept: new Set() };

function marksOf(text: string): Marks {
  const operators = new Set<number>();
  const kept = new Set<number>();
  const named = [...text.matchAll(chain)].filter(([whole]) => !sum.test(whole));
  const isNamed = (at: number): boolean =>
    named.some(({ 0: whole, index }) => index < at && at < index + whole.length);
  const keep = (from: number, to: number): void => {
    for (const { index } of text.slice(from, to).matchAll(digits)) kept.add(from + index);
  };
  for (const { 0: run, index: start } of text.matchAll(signs)) {
    const end = start + run.length;
    if (!isOperator(text, start, end) || isNamed(start)) continue;
    operators.add(start);
    let left = start;
    while (isBlank(text[left - 1])) left--;
    let from = left;
    while (isPartOfNumber(text, from - 1, left)) from--;
    keep(from, left);
    let right = end;
    while (isBlank(text[right])) right++;
    number.lastIndex = right;
    keep(right, right + (number.exec(text)?.[0].length ?? 0));
  }
  return { operators, kept };
}

const isBlank = (character: string | undefined): boolean => character === ' ' || character === '\t';

/** Whether a digit stands there, or what parts the digits of a number that goes on to `end`. */
function isPartOfNumber(text: string, at: number, end: number): boolean {
  const character = text[at] ?? '';
  if (digit.test(character)) return true;
  return at < end - 1 && (character === '.' || character === ',') && digit.test(text[at - 1] ?? '');
}

/** The same of a text of ASCII as bytes, and as bytes that are good until the next text is written. */
export function groupWordsOfAscii(text: Uint8Array): Uint8Array {
  const most = 3 * text.length;
  if (written.length < most) written = Buffer.alloc(2 * most);
  const marks = holdsSign(text) ? marksOf(asLatin1(text).toLowerCase()) : none;
  let length = 0;
  let before = blank;
  let isKept = false;
  for (let at = 0; at < text.length; at++) {
    const code = text[at] as number;
    const kind = kinds[code] as number;
    if (kind > signCode) {
      if (kind !== zero) written[length++] = before = kind;
      else {
        if (before !== zero) isKept = marks.kept.has(at);
        if (isKept) written[length++] = code;
        else if (before !== zero) written[length++] = zero;
        before = zero;
      }
      continue;
    }
    if (before !== blank) written[length++] = before = blank;
    if (kind !== signCode || !marks.operators.has(at)) continue;
    while (kinds[text[at] as number] === signCode) written[length++] = text[at++] as number;
    at--;
    written[length++] = blank;
  }
  return written.subarray(0, length > 0 && before === blank ? length - 1 : length);
}

function holdsSign(text: Uint8Array): boolean {
  for (let at = 0; at < text.length; at++) if (kinds[text[at] as number] === signCode) return true;
  return false;
}
