/** Signs of which operators are made; others are left out as the rest of punctuation is. */
const signs = String.raw`+\-*/=<>^%|&!~\p{Sm}`;
const sign = new RegExp(`[${signs}]`, 'u');

/** A run of signs, wherever it stands. */
export const signRun = new RegExp(`[${signs}]+`, 'u');
/** In prose these part words, too. */
const alsoParts = /^[-/|&!~]+$/;
const digitOrEnd = /[\p{N})\]]/u;
const digitOrStart = /[\p{N}([]/u;
const letter = /\p{L}/u;
const partOfWord = /[\p{L}\p{M}\p{N}]/u;
const isBlank = (character: string | undefined): boolean => character === ' ' || character === '\t';

/**
 * Whether a run of signs is an operator, so that "7 + 5" and "7 * 5" are different texts: between two numbers, brackets or letters
 * that stand alone; between any two words with blanks about it, but for signs that prose sets there too; or a minus before a number.
 */
export function isOperator(text: string, start: number, end: number): boolean {
  let left = start - 1;
  while (isBlank(text[left])) left--;
  let right = end;
  while (isBlank(text[right])) right++;
  const [before = '', after = ''] = [text[left], text[right]];
  if (text[end - 1] === '-' && right === end && /\p{N}/u.test(after) && isMinus(text, start, end))
    return true;
  const isSpaced = left < start - 1 && right > end && !alsoParts.test(text.slice(start, end));
  const isLeft =
    digitOrEnd.test(before) ||
    (letter.test(before) && (isSpaced || !partOfWord.test(text[left - 1] ?? '')));
  const isRight =
    digitOrStart.test(after) ||
    isMinusNumber(text, right) ||
    (letter.test(after) && (isSpaced || !partOfWord.test(text[right + 1] ?? '')));
  return isLeft && isRight;
}

/** A sign alone, with nothing of a word right before it. */
function isMinus(text: string, start: number, end: number): boolean {
  return end - start === 1 && !/[\p{L}\p{M}\p{N})\]]/u.test(text[start - 1] ?? '');
}

function isMinusNumber(text: string, at: number): boolean {
  return text[at] === '-' && /\p{N}/u.test(text[at + 1] ?? '');
}

/** Whether a character may be part of an operator. */
export function isSign(character: string): boolean {
  return sign.test(character);
}

const otherForms: Readonly<Record<string, string>> = { '×': '*', '÷': '/', '−': '-', '⋅': '*' };

/** Operators that mean the same, as one of them. */
export function plainSigns(text: string): string {
  return text.replace(/[×÷−⋅]/g, (found) => otherForms[found] ?? found);
}
