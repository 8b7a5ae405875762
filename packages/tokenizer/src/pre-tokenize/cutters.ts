import { blank, classOf, letter, number, other } from './character-class.ts';

/** The units [from, to) of a text. */
type Stretch = { readonly text: string; readonly from: number; readonly to: number };

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
function contraction({ text, to }: Stretch, at: number, anyCase: boolean): number {
  if (at + 1 >= to) return 0;
  const first = lowered(text.charCodeAt(at + 1), anyCase);
  if (first === 0x73 || first === 0x74 || first === 0x6d || first === 0x64) return 2;
  if (at + 2 >= to) return 0;
  const second = lowered(text.charCodeAt(at + 2), anyCase);
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

/** Where the run of characters of a class ends that begins at `from`. */
function runEnd({ text, to }: Stretch, from: number, kind: number): number {
  let at = from;
  while (at < to) {
    const code = text.charCodeAt(at);
    if (code < 0xd800 || code > 0xdfff) {
      if (classOf(code) !== kind) return at;
      at++;
    } else {
      const point = text.codePointAt(at) as number;
      if (classOf(point) !== kind) return at;
      at += point > 0xffff ? 2 : 1;
    }
  }
  return to;
}

function classAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return classOf(code < 0xd800 || code > 0xdfff ? code : (text.codePointAt(at) as number));
}

/** Where blanks end that are a word: before the last of several, which belongs to what follows. */
function blanksEnd(stretch: Stretch, from: number): number {
  const end = runEnd(stretch, from, blank);
  return end === stretch.to || end === from + 1 ? end : end - 1;
}

/** The pattern of GPT-2 (pre-tokenizer.ts has it). */
export const cutAsGpt2: Cutter = (stretch, ends) => {
  const { text, from, to } = stretch;
  for (let at = from; at < to; ends.push(at)) {
    const code = text.charCodeAt(at);
    const short = code === apostrophe ? contraction(stretch, at, false) : 0;
    if (short > 0) {
      at += short;
      continue;
    }
    const start = code === space && at + 1 < to ? at + 1 : at;
    const kind = classAt(text, start);
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
  const { text, to } = stretch;
  const code = text.charCodeAt(from);
  const short = code === apostrophe ? contraction(stretch, from, true) : 0;
  if (short > 0) return from + short;
  const kind = classAt(text, from);
  if (kind === letter) return runEnd(stretch, from, letter);
  if (kind === number) return digitsEnd(stretch, from, mostDigits);
  const isLineEnd = code === lineFeed || code === carriageReturn;
  const next = from + ((text.codePointAt(from) as number) > 0xffff ? 2 : 1);
  const nextKind = next < to ? classAt(text, next) : 0;
  if (!isLineEnd && nextKind === letter) return runEnd(stretch, next, letter);
  if (kind === other || (code === space && nextKind === other)) {
    let end = runEnd(stretch, kind === other ? from : next, other);
    while (end < to && isLineBreak(text.charCodeAt(end))) end++;
    return end;
  }
  const blanks = runEnd(stretch, from, blank);
  for (let at = blanks; at > from; at--) if (isLineBreak(text.charCodeAt(at - 1))) return at;
  return blanksEnd(stretch, from);
}

function isLineBreak(code: number): boolean {
  return code === lineFeed || code === carriageReturn;
}

function digitsEnd({ text, to }: Stretch, from: number, most: number): number {
  let at = from;
  for (let digits = 0; digits < most && at < to && classAt(text, at) === number; digits++)
    at += (text.codePointAt(at) as number) > 0xffff ? 2 : 1;
  return at;
}

/** Each number by itself, and what stands between them. */
export const cutDigits: Cutter = ({ text, from, to }, ends) => {
  for (let at = from; at < to; ends.push(at)) {
    if (classAt(text, at) === number) at += (text.codePointAt(at) as number) > 0xffff ? 2 : 1;
    else
      while (at < to && classAt(text, at) !== number)
        at += (text.codePointAt(at) as number) > 0xffff ? 2 : 1;
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
    const { text } = stretch;
    let { from } = stretch;
    for (let part = 0; part < parts.count; part++) {
      const to = parts.places[part] as number;
      next({ text, from, to }, ends);
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
