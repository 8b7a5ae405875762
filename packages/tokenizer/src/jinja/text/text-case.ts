/** Python's changes of case, and what it says of a text's characters. */

import { charge } from '../budget.ts';

const digraphs: Readonly<Record<string, string>> = {
  Ǆ: 'ǅ',
  ǅ: 'ǅ',
  ǆ: 'ǅ',
  Ǉ: 'ǈ',
  ǈ: 'ǈ',
  ǉ: 'ǈ',
  Ǌ: 'ǋ',
  ǋ: 'ǋ',
  ǌ: 'ǋ',
  Ǳ: 'ǲ',
  ǲ: 'ǲ',
  ǳ: 'ǲ',
};

/** The first letter of a word: not the capital for digraphs, ligatures, Georgian and Greek with iota below. */
function titleCase(character: string): string {
  const known = digraphs[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0) as number;
  if (code >= 0x10d0 && code <= 0x10ff) return character;
  const upper = character.toUpperCase();
  if (code >= 0x1f80 && code <= 0x1faf) return String.fromCodePoint(code | 8);
  if (code >= 0x1fb0 && code <= 0x1fff && upper.endsWith('\u0399') && upper.length > 1)
    return upper.length === 2
      ? `${upper.slice(0, 1)}\u0345`.normalize('NFC')
      : `${upper.slice(0, -1)}\u0345`;
  if (code === 0xdf || code === 0x587 || (code >= 0xfb00 && code <= 0xfb17))
    return upper.slice(0, 1) + upper.slice(1).toLowerCase();
  return upper;
}

/** Python's `capitalize`. */
export function capitalize(text: string): string {
  const [first] = text;
  return first === undefined ? '' : titleCase(first) + lowerAfter(text, first.length);
}

/** The rest of the text in small letters; what stands before it decides about a final sigma. */
function lowerAfter(text: string, start: number): string {
  const head = text.slice(0, start);
  return text.toLowerCase().slice(head.toLowerCase().length);
}

/** Python's `title` method: each letter after something that is no letter. */
export function titleWords(text: string): string {
  charge(text.length);
  let result = '';
  let isInside = false;
  let offset = 0;
  for (const character of text) {
    result += isInside ? lowerAt(text, offset, character) : titleCase(character);
    isInside = /\p{Cased}/u.test(character);
    offset += character.length;
  }
  return result;
}

function lowerAt(text: string, offset: number, character: string): string {
  if (character !== 'Σ') return character.toLowerCase();
  // A sigma at the end of a word has a form of its own; the letters next to it decide.
  const from = Math.max(0, offset - 64);
  const head = text.slice(from, offset).toLowerCase();
  return text
    .slice(from, offset + 65)
    .toLowerCase()
    .slice(head.length, head.length + 1);
}

/** Python's `swapcase`. */
export function swapCase(text: string): string {
  charge(text.length);
  let result = '';
  let offset = 0;
  for (const character of text) {
    if (/\p{Uppercase}/u.test(character)) result += lowerAt(text, offset, character);
    else result += /\p{Lowercase}/u.test(character) ? character.toUpperCase() : character;
    offset += character.length;
  }
  return result;
}

const digit =
  /^[\p{Nd}²³¹\u1369-\u1371\u19da\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247c\u2488-\u2490\u24ea\u24f5-\u24fd\u24ff\u2776-\u277e\u2780-\u2788\u278a-\u2792\u{10a40}-\u{10a43}\u{10e60}-\u{10e68}\u{11052}-\u{1105a}\u{1f100}-\u{1f10a}]$/u;
/** Ideographs that are numbers. */
const ideograph =
  /^[㐅㒃㠪㭍一七万三九二五亖亿什仟仨伍佰億兆兩八六十千卄卅卌叁参參叄四壱壹幺廾廿弌弍弎弐拾捌柒漆玖百肆萬貮貳贰阡陆陌陸零\uf96b\uf973\uf978\uf9b2\uf9d1\uf9d3\uf9fd\u{20001}\u{20064}\u{200e2}\u{20121}\u{2092a}\u{20983}\u{2098c}\u{2099c}\u{20aea}\u{20afd}\u{20b19}\u{22390}\u{22998}\u{23b1b}\u{2626d}\u{2f890}]$/u;

const isAlpha = (character: string): boolean => /^\p{L}$/u.test(character);
const isDecimal = (character: string): boolean => /^\p{Nd}$/u.test(character);
const isDigit = (character: string): boolean => digit.test(character);
const isNumeric = (character: string): boolean =>
  /^\p{N}$/u.test(character) || ideograph.test(character);

function all(test: (character: string) => boolean): (text: string) => boolean {
  return (text) => {
    charge(text.length);
    return text !== '' && Array.from(text).every(test);
  };
}

/** All cased characters are of one case, and there is one. */
function allCased(wanted: RegExp, others: RegExp): (text: string) => boolean {
  return (text) => wanted.test(text) && !others.test(text);
}

function isTitle(text: string): boolean {
  charge(text.length);
  let isInside = false;
  let hasLetter = false;
  for (const character of text) {
    const isUpper = /[\p{Uppercase}\p{Lt}]/u.test(character);
    const isLower = /\p{Lowercase}/u.test(character);
    if ((isUpper && isInside) || (isLower && !isInside)) return false;
    isInside = isUpper || isLower;
    hasLetter ||= isInside;
  }
  return hasLetter;
}

/** Questions about a whole text, by the name of the method; white space and printing are asked elsewhere. */
export const textQuestions: Readonly<Record<string, (text: string) => boolean>> = {
  isalnum: all((c) => isAlpha(c) || isDigit(c) || isNumeric(c)),
  isalpha: all(isAlpha),
  isascii: (text) => /^[\0-\x7f]*$/.test(text),
  isdecimal: all(isDecimal),
  isdigit: all(isDigit),
  isidentifier: (text) => /^[\p{XIDS}_][\p{XIDC}]*$/u.test(text),
  islower: allCased(/\p{Lowercase}/u, /[\p{Uppercase}\p{Lt}]/u),
  isnumeric: all(isNumeric),
  istitle: isTitle,
  isupper: allCased(/\p{Uppercase}/u, /[\p{Lowercase}\p{Lt}]/u),
};
