import { blank, classOf, letter, number, other } from './character-class.ts';

/** The UTF-16 units [from, to) of a text. An array of them is read faster than a text that may be a part of another one. */
type Stretch = { readonly units: Uint16Array; readonly from: number; readonly to: number };

/** Adds where each word of a stretch ends. It cuts as the regular expression does that it stands for, and makes no strings. */
export type Cutter = (stretch: Stretch, ends: Ends) => void;

/** Places in a text, one after another. */
export class Ends {
  places = new Int32Array(1024);
  count = 0;

  push(place: number): void {
    if (this.count === this.places.length) {
      const larger = new Int32Array(2 * this.count);
      larger.set(this.places);
      this.places = larger;
    }
    this.places[this.count++] = place;
  }
}

const apostrophe = 0x27;
const space = 0x20;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** How many units a contraction such as 's takes that stands at `at`; 0 for none. */
function contraction({ units, to }: Stretch, at: number, anyCase: boolean): number {
  if (at + 1 >= to) return 0;
  const first = lowered(units[at + 1] as number, anyCase);
  if (first === 0x73 || first === 0x74 || first === 0x6d || first === 0x64) return 2;
  if (at + 2 >= to) return 0;
  const second = lowered(units[at + 2] as number, anyCase);
  // 're, 've and 'll.
  const isPair =
    ((first === 0x72 || first === 0x76) && second === 0x65) || (first === 0x6c && second === 0x6c);
  return isPair ? 3 : 0;
}

function lowered(code: number, anyCase: boolean): number {
  if (!anyCase) return code;
  if (code >= 0x41 && code <= 0x5a) return code + 32;
  // The long s is an s in any case.
  return code === 0x17f ? 0x73 : code;
}

/** The code point at a place; of half a pair alone its unit. */
function codeAt(units: Uint16Array, at: number): number {
  const code = units[at] as number;
  if (code < 0xd800 || code > 0xdbff || at + 1 >= units.length) return code;
  const next = units[at + 1] as number;
  return next < 0xdc00 || next > 0xdfff ? code : ((code - 0xd7c0) << 10) + (next - 0xdc00);
}

/** Where the run of characters of a class ends that begins at `from`. */
function runEnd({ units, to }: Stretch, from: number, kind: number): number {
  let at = from;
  while (at < to) {
    const code = units[at] as number;
    if (code < 0xd800 || code > 0xdfff) {
      if (classOf(code) !== kind) return at;
      at++;
    } else {
      const point = codeAt(units, at);
      if (classOf(point) !== kind) return at;
      at += point > 0xffff ? 2 : 1;
    }
  }
  return to;
}

function classAt(units: Uint16Array, at: number): number {
  return classOf(codeAt(units, at));
}

/** Where blanks end that are a word: before the last of several, which belongs to what follows. */
function blanksEnd(stretch: Stretch, from: number): number {
  const end = runEnd(stretch, from, blank);
  return end === stretch.to || end === from + 1 ? end : end - 1;
}

/** The pattern of GPT-2 (pre-tokenizer.ts has it). */
export const cutAsGpt2: Cutter = (stretch, ends) => {
  const { units, from, to } = stretch;
  for (let at = from; at < to; ends.push(at)) {
    const code = units[at] as number;
    const short = code === apostrophe ? contraction(stretch, at, false) : 0;
    if (short > 0) {
      at += short;
      continue;
    }
    const start = code === space && at + 1 < to ? at + 1 : at;
    const kind = classAt(units, start);
    at = kind === blank ? blanksEnd(stretch, at) : runEnd(stretch, start, kind);
  }
};

/** The pattern of Llama 3 and Qwen, whose numbers have at most so many digits. */
function cutAsLlama3(mostDigits: number): Cutter {
  return (stretch, ends) => {
    const { from, to } = stretch;
    for (let at = from; at < to; ends.push(at)) at = wordEnd(stretch, at, mostDigits);
  };
}

function wordEnd(stretch: Stretch, from: number, mostDigits: number): number {
  const { units, to } = stretch;
  const code = units[from] as number;
  const short = code === apostrophe ? contraction(stretch, from, true) : 0;
  if (short > 0) return from + short;
  const kind = classAt(units, from);
  if (kind === letter) return runEnd(stretch, from, letter);
  if (kind === number) return digitsEnd(stretch, from, mostDigits);
  const isLineEnd = code === lineFeed || code === carriageReturn;
  const next = from + (codeAt(units, from) > 0xffff ? 2 : 1);
  const nextKind = next < to ? classAt(units, next) : 0;
  if (!isLineEnd && nextKind === letter) return runEnd(stretch, next, letter);
  if (kind === other || (code === space && nextKind === other)) {
    let end = runEnd(stretch, kind === other ? from : next, other);
    while (end < to && isLineBreak(units[end] as number)) end++;
    return end;
  }
  const blanks = runEnd(stretch, from, blank);
  for (let at = blanks; at > from; at--) if (isLineBreak(units[at - 1] as number)) return at;
  return blanksEnd(stretch, from);
}

function isLineBreak(code: number): boolean {
  return code === lineFeed || code === carriageReturn;
}

function digitsEnd({ units, to }: Stretch, from: number, most: number): number {
  let at = from;
  for (let digits = 0; digits < most && at < to && classAt(units, at) === number; digits++)
    at += codeAt(units, at) > 0xffff ? 2 : 1;
  return at;
}

/** Each number by itself, and what stands between them. */
export const cutDigits: Cutter = ({ units, from, to }, ends) => {
  for (let at = from; at < to; ends.push(at)) {
    if (classAt(units, at) === number) at += codeAt(units, at) > 0xffff ? 2 : 1;
    else while (at < to && classAt(units, at) !== number) at += codeAt(units, at) > 0xffff ? 2 : 1;
  }
};

/** Cuts what the cutters before gave. */
export function cutInTurn(cutters: readonly Cutter[]): Cutter | undefined {
  const [first, ...rest] = cutters;
  if (first === undefined || rest.length === 0) return first;
  const next = cutInTurn(rest) as Cutter;
  const parts = new Ends();
  return (stretch, ends) => {
    parts.count = 0;
    first(stretch, parts);
    const { units } = stretch;
    let { from } = stretch;
    for (let part = 0; part < parts.count; part++) {
      const to = parts.places[part] as number;
      next({ units, from, to }, ends);
      from = to;
    }
  };
}

const llama3 =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** Cutters by the pattern of tokenizer.json that each of them stands for. */
export const cutterOfPattern: ReadonlyMap<string, Cutter> = new Map([
  [llama3, cutAsLlama3(3)],
  [llama3.replace('\\p{N}{1,3}', '\\p{N}'), cutAsLlama3(1)],
]);
