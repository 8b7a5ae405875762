import { charge, chargeText } from '../budget.ts';

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
  charge(text.length);
  return surrogate.test(text) ? Array.from(text) : text.split('');
}

/** Python's `len`. */
export function pointLength(text: string): number {
  chargeText(text.length);
  if (!surrogate.test(text)) return text.length;
  charge(text.length >> 3);
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** `text[from:to]` with places in code points, both within the text. */
export function pointSlice(text: string, from: number, to: number): string {
  chargeText(text.length);
  if (!surrogate.test(text)) return text.slice(from, to);
  charge(text.length >> 3);
  const start = unitOffset(text, 0, from);
  return text.slice(start, unitOffset(text, start, to - from));
}

/** Where a number of code points after a place ends, in UTF-16 units. */
function unitOffset(text: string, start: number, count: number): number {
  let offset = start;
  for (let i = 0; i < count && offset < text.length; i++)
    offset += (text.codePointAt(offset) as number) > 0xffff ? 2 : 1;
  return offset;
}

/** Takes white space, or any of the characters in `chars`, off the ends. */
export function strip(text: string, chars: string | null, ends: 'both' | 'left' | 'right'): string {
  chargeText(text.length);
  if (chars === null) {
    let kept = text;
    if (ends !== 'right') kept = kept.replace(leadingWhite, '');
    let end = kept.length;
    if (ends !== 'left') while (end > 0 && oneWhite.test(kept[end - 1]!)) end -= 1;
    return kept.slice(0, end);
  }
  const set = new Set(chars);
  let start = 0;
  let end = text.length;
  if (ends !== 'right')
    for (let next = pointAt(text, start); next !== '' && set.has(next); next = pointAt(text, start))
      start += next.length;
  if (ends !== 'left')
    for (
      let last = pointBefore(text, end);
      end > start && set.has(last);
      last = pointBefore(text, end)
    )
      end -= last.length;
  return text.slice(start, Math.max(start, end));
}

function pointAt(text: string, at: number): string {
  const code = text.codePointAt(at);
  return code === undefined ? '' : String.fromCodePoint(code);
}

function pointBefore(text: string, end: number): string {
  const pair = text.slice(Math.max(end - 2, 0), end);
  return Array.from(pair).at(-1) ?? '';
}

const ends = '\\n-\\r\\x1c-\\x1e\\x85\\u2028\\u2029';
const lineEnd = new RegExp(`\\r\\n|[${ends}]`, 'g');

/** Python's `splitlines`. */
export function splitLines(text: string, keepEnds: boolean): string[] {
  chargeText(text.length);
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
  chargeText(length);
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
