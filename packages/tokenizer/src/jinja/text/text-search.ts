import { failed } from '../error.ts';
import { asString } from '../value/compare.ts';
import { clampedIndex } from '../value/sequence.ts';
import { pointLength, pointSlice, strip, whiteClass } from '../value/text.ts';
import { Tuple, typeOf, type Value } from '../value/value.ts';

const whiteRun = new RegExp(`${whiteClass}+`);

/** Python's `split` and `rsplit`; no separator stands for runs of white space. */
export function split(
  text: string,
  separator: string | null,
  most: number,
  from: 'left' | 'right' = 'left',
): string[] {
  if (separator === '') throw failed('empty separator');
  if (separator === null)
    return from === 'left' ? splitWhite(text, most) : splitWhiteRight(text, most);
  const parts = text.split(separator);
  if (most < 0 || parts.length <= most + 1) return parts;
  if (from === 'left') return [...parts.slice(0, most), parts.slice(most).join(separator)];
  const kept = parts.length - most;
  return [parts.slice(0, kept).join(separator), ...parts.slice(kept)];
}

function splitWhite(text: string, most: number): string[] {
  const parts: string[] = [];
  let rest = strip(text, null, 'left');
  while (rest !== '') {
    const gap = most >= 0 && parts.length === most ? null : whiteRun.exec(rest);
    if (gap === null) {
      parts.push(rest);
      break;
    }
    parts.push(rest.slice(0, gap.index));
    rest = rest.slice(gap.index + gap[0].length);
  }
  return parts;
}

function splitWhiteRight(text: string, most: number): string[] {
  const words = splitWhite(text, -1);
  if (most < 0 || words.length <= most) return words;
  let rest = strip(text, null, 'right');
  const parts: string[] = [];
  while (parts.length < most) {
    const word = words[words.length - 1 - parts.length]!;
    parts.unshift(word);
    rest = strip(rest.slice(0, -word.length), null, 'right');
  }
  return rest === '' ? parts : [rest, ...parts];
}

/** A part of the text named by a start and an end as `find` and its like take them, in code points. */
function window(
  text: string,
  start: Value,
  end: Value,
): { from: number; part: string } | undefined {
  const length = pointLength(text);
  const bound = (value: Value, otherwise: number): number => {
    if (value === null) return otherwise;
    const at = clampedIndex(value);
    return Math.max(at < 0 ? at + length : at, 0);
  };
  const from = bound(start, 0);
  const to = Math.min(bound(end, length), length);
  return from > length || from > to ? undefined : { from, part: pointSlice(text, from, to) };
}

/** Index in code points of the first or last `wanted` in the window, -1 where there is none. */
export function find(
  text: string,
  wanted: string,
  place: readonly [start: Value, end: Value],
  which: 'first' | 'last',
): number {
  const found = window(text, ...place);
  if (found === undefined) return -1;
  const at = which === 'first' ? found.part.indexOf(wanted) : found.part.lastIndexOf(wanted);
  return at < 0 ? -1 : found.from + pointLength(found.part.slice(0, at));
}

/** How often `wanted` stands in the window, without overlaps. */
export function count(text: string, wanted: string, place: readonly [Value, Value]): number {
  const found = window(text, ...place);
  if (found === undefined) return 0;
  return wanted === '' ? pointLength(found.part) + 1 : found.part.split(wanted).length - 1;
}

/** Whether the window starts or ends with a text, or with one of a tuple of texts. */
export function hasEdge(
  text: string,
  wanted: Value,
  place: readonly [Value, Value],
  edge: 'startswith' | 'endswith',
): boolean {
  const found = window(text, ...place);
  const test = (value: Value): boolean => {
    const affix = asString(value);
    if (affix === undefined)
      throw failed(`${edge} first arg must be str or a tuple of str, not ${typeOf(wanted)}`);
    if (found === undefined) return false;
    return edge === 'startswith' ? found.part.startsWith(affix) : found.part.endsWith(affix);
  };
  return wanted instanceof Tuple ? wanted.items.some(test) : test(wanted);
}

/** Python's `replace`; a negative count stands for all. */
export function replace(text: string, old: string, replacement: string, most: number): string {
  if (most === 0) return text;
  if (old === '') {
    const characters = Array.from(text);
    const gaps = characters.length + 1;
    const used = most < 0 ? gaps : Math.min(most, gaps);
    const head = characters.slice(0, used);
    const filled = head.map((character) => replacement + character).join('');
    return filled + (used > characters.length ? replacement : characters.slice(used).join(''));
  }
  if (most < 0) return text.split(old).join(replacement);
  return split(text, old, most).join(replacement);
}
