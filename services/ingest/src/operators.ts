/** Signs of which operators are made; others are left out as the rest of punctuation is. */
const signs = String.raw`+\-*/=<>^%|&!~\p{Sm}`;
const sign = new RegExp(`[${signs}]`, 'u');

/** A run of signs, wherever it stands. */
export const signRun = new RegExp(`[${signs}]+`, 'u');
/** In prose these part words, too. */
const alsoParts = /^[-/|&!~]+$/;

/** What a unit of a text may be to a sign beside it, as bits of a number: a text has many signs, and few of them are operators. */
const [isNumber, isLetter, isPartOfWord, mayEnd, mayStart, isKnown] = [1, 2, 4, 8, 16, 32] as const;
const meanings: readonly (readonly [RegExp, number])[] = [
  [/\p{N}/u, isNumber],
  [/\p{L}/u, isLetter],
  [/[\p{L}\p{M}\p{N}]/u, isPartOfWord],
  [/[\p{N})\]]/u, mayEnd],
  [/[\p{N}([]/u, mayStart],
];
const known = new Uint8Array(0x10000);

/** What the unit at a place is; 0 where there is none. */
function unitAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return Number.isNaN(code) ? 0 : (known[code] as number) || learn(code);
}

function learn(code: number): number {
  const unit = String.fromCharCode(code);
  let found: number = isKnown;
  for (const [pattern, bit] of meanings) if (pattern.test(unit)) found |= bit;
  known[code] = found;
  return found;
}

const [tab, space, minus] = [0x09, 0x20, 0x2d];

function isBlank(code: number): boolean {
  return code === space || code === tab;
}

/**
 * Whether a run of signs is an operator, so that "7 + 5" and "7 * 5" are different texts: between two numbers, brackets or letters
 * that stand alone; between any two words with blanks about it, but for signs that prose sets there too; or a minus before a number.
 */
export function isOperator(text: string, start: number, end: number): boolean {
  let left = start - 1;
  while (isBlank(text.charCodeAt(left))) left--;
  let right = end;
  while (isBlank(text.charCodeAt(right))) right++;
  const before = unitAt(text, left);
  const after = unitAt(text, right);
  const isNegative = right === end && (after & isNumber) !== 0 && isMinus(text, start, end);
  if (isNegative) return true;
  const isSpaced = left < start - 1 && right > end && !alsoParts.test(text.slice(start, end));
  const isLeft =
    (before & mayEnd) !== 0 ||
    ((before & isLetter) !== 0 && (isSpaced || (unitAt(text, left - 1) & isPartOfWord) === 0));
  if (!isLeft) return false;
  return (
    (after & mayStart) !== 0 ||
    isMinusNumber(text, right) ||
    ((after & isLetter) !== 0 && (isSpaced || (unitAt(text, right + 1) & isPartOfWord) === 0))
  );
}

/** A minus alone, with nothing of a word right before it. */
function isMinus(text: string, start: number, end: number): boolean {
  if (end - start !== 1 || text.charCodeAt(start) !== minus) return false;
  return (unitAt(text, start - 1) & (isPartOfWord | mayEnd)) === 0;
}

function isMinusNumber(text: string, at: number): boolean {
  return text.charCodeAt(at) === minus && (unitAt(text, at + 1) & isNumber) !== 0;
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
