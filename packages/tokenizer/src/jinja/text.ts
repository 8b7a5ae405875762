/** Text as Python sees it: counted in code points, with Python's own set of white space and line ends. */

const white =
  '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

/** The source of a character class of all that `str.isspace` takes for white space (not U+FEFF). */
export const whiteClass = `[${white}]`;
const leadingWhite = new RegExp(`^${whiteClass}+`);
const onlyWhite = new RegExp(`^${whiteClass}+$`);
const oneWhite = new RegExp(whiteClass);
const surrogate = /[\ud800-\udfff]/;

/** Whether the text is not empty and all of it is white space. */
export function isWhite(text: string): boolean {
  return onlyWhite.test(text);
}

/** The characters, of which each is one code point. */
export function points(text: string): string[] {
  return surrogate.test(text) ? Array.from(text) : text.split('');
}

/** Python's `len`. */
export function pointLength(text: string): number {
  if (!surrogate.test(text)) return text.length;
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** Index in code points to index in UTF-16 units. */
export function unitOffset(text: string, point: number): number {
  if (!surrogate.test(text)) return Math.min(point, text.length);
  let offset = 0;
  for (let i = 0; i < point && offset < text.length; i++)
    offset += (text.codePointAt(offset) as number) > 0xffff ? 2 : 1;
  return offset;
}

/** `text[from:to]` with places in code points, both within the text. */
export function pointSlice(text: string, from: number, to: number): string {
  if (!surrogate.test(text)) return text.slice(from, to);
  return Array.from(text).slice(from, to).join('');
}

/** Takes white space, or any of the characters in `chars`, off the ends. */
export function strip(text: string, chars: string | null, ends: 'both' | 'left' | 'right'): string {
  if (chars === null) {
    let kept = text;
    if (ends !== 'right') kept = kept.replace(leadingWhite, '');
    let end = kept.length;
    if (ends !== 'left') while (end > 0 && oneWhite.test(kept[end - 1]!)) end -= 1;
    return kept.slice(0, end);
  }
  const set = new Set(chars);
  const characters = Array.from(text);
  let start = 0;
  let end = characters.length;
  if (ends !== 'right') while (start < end && set.has(characters[start]!)) start += 1;
  if (ends !== 'left') while (end > start && set.has(characters[end - 1]!)) end -= 1;
  return characters.slice(start, end).join('');
}

const ends = '\\n-\\r\\x1c-\\x1e\\x85\\u2028\\u2029';
const lineEnd = new RegExp(`\\r\\n|[${ends}]`, 'g');

/** Python's `splitlines`. */
export function splitLines(text: string, keepEnds: boolean): string[] {
  const lines: string[] = [];
  let start = 0;
  for (const { 0: end, index } of text.matchAll(lineEnd)) {
    lines.push(text.slice(start, keepEnds ? index + end.length : index));
    start = index + end.length;
  }
  if (start < text.length) lines.push(text.slice(start));
  return lines;
}

/** Compares by code points, as Python does; UTF-16 units would put astral characters before U+E000. */
export function comparePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const a = left.charCodeAt(i);
    const b = right.charCodeAt(i);
    if (a === b) continue;
    const astral = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;
    if (astral(a) !== astral(b)) return astral(a) ? 1 : -1;
    return a - b;
  }
  return left.length - right.length;
}
