import { blank, classOf, letter, number, other } from './character-class.ts';

/**
 * Where the word ends that begins at `from` of a text that ends at `to`, given as UTF-16 units, which are read faster than a text that may be a part of
 * another one. Words follow each other, so that each begins where the one before ended. It cuts as the regular expression does that
 * it stands for, and makes no strings.
 */
export type WordEnd = (units: Uint16Array, from: number, to: number) => number;

const apostrophe = 0x27;
const space = 0x20;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** The class of each character of ASCII; 0 of any other unit. */
const ascii = new Uint8Array(0x10000);
for (let code = 0; code < 0x80; code++) ascii[code] = classOf(code);

/** How many units a contraction such as 's takes that stands at `at`; 0 for none. */
function contraction(units: Uint16Array, at: number, to: number, anyCase: boolean): number {
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

function classAt(units: Uint16Array, at: number): number {
  const found = ascii[units[at] as number] as number;
  return found === 0 ? classOf(codeAt(units, at)) : found;
}

/** Where the run of characters of a class ends that begins at `from`. */
function runEnd(units: Uint16Array, from: number, to: number, kind: number): number {
  for (let at = from; ; ) {
    while (at < to && ascii[units[at] as number] === kind) at++;
    if (at >= to || ascii[units[at] as number] !== 0) return at;
    const point = codeAt(units, at);
    if (classOf(point) !== kind) return at;
    at += point > 0xffff ? 2 : 1;
  }
}

/** Where blanks end that are a word: before the last of several, which belongs to what follows. */
function blanksEnd(units: Uint16Array, from: number, to: number): number {
  const end = runEnd(units, from, to, blank);
  return end >= to || end === from + 1 ? end : end - 1;
}

/** The pattern of GPT-2 (pre-tokenizer.ts has it). */
const gpt2End: WordEnd = (units, from, to) => {
  const code = units[from] as number;
  const short = code === apostrophe ? contraction(units, from, to, false) : 0;
  if (short > 0) return from + short;
  const start = code === space && from + 1 < to ? from + 1 : from;
  const kind = classAt(units, start);
  return kind === blank ? blanksEnd(units, from, to) : runEnd(units, start, to, kind);
};

/** The pattern of Llama 3 and Qwen, whose numbers have at most so many digits. */
function llama3End(mostDigits: number): WordEnd {
  return (units, from, to) => {
    const code = units[from] as number;
    const short = code === apostrophe ? contraction(units, from, to, true) : 0;
    if (short > 0) return from + short;
    const kind = classAt(units, from);
    if (kind === letter) return runEnd(units, from, to, letter);
    if (kind === number) return numberEnd(units, from, to, mostDigits);
    const next = from + lengthAt(units, from);
    const nextKind = next < to ? classAt(units, next) : 0;
    if (!isLineBreak(code) && nextKind === letter) return runEnd(units, next, to, letter);
    if (kind === other || (code === space && nextKind === other)) {
      let end = runEnd(units, kind === other ? from : next, to, other);
      while (end < to && isLineBreak(units[end] as number)) end++;
      return end;
    }
    const blanks = runEnd(units, from, to, blank);
    for (let at = blanks; at > from; at--) if (isLineBreak(units[at - 1] as number)) return at;
    return blanksEnd(units, from, to);
  };
}

function isLineBreak(code: number): boolean {
  return code === lineFeed || code === carriageReturn;
}

/** Units of the character at a place. */
function lengthAt(units: Uint16Array, at: number): number {
  return codeAt(units, at) > 0xffff ? 2 : 1;
}

function numberEnd(units: Uint16Array, from: number, to: number, most: number): number {
  let at = from;
  for (let digits = 0; digits < most && at < to && classAt(units, at) === number; digits++)
    at += lengthAt(units, at);
  return at;
}

/** Each number by itself, and what stands between them. */
const digitEnd: WordEnd = (units, from, to) => {
  let at = from + lengthAt(units, from);
  if (classAt(units, from) === number) return at;
  while (at < to && classAt(units, at) !== number) at += lengthAt(units, at);
  return at;
};

/** Cuts what the ones before gave. */
export function inTurn(all: readonly WordEnd[]): WordEnd | undefined {
  const [first, ...rest] = all;
  if (first === undefined || rest.length === 0) return first;
  const next = inTurn(rest) as WordEnd;
  let part = 0;
  let before = 0;
  let known: Uint16Array | undefined;
  return (units, from, to) => {
    // A word that follows no other is the first of a text: none before that ended where texts begin.
    if (from !== before || from === part || units !== known) part = first(units, from, to);
    known = units;
    before = next(units, from, part);
    return before;
  };
}

/** How words are cut by the patterns that are known. */
export const wordEnds = {
  gpt2: gpt2End,
  llama3: llama3End(3),
  qwen: llama3End(1),
  digits: digitEnd,
} as const satisfies Record<string, WordEnd>;

export type CutterName = keyof typeof wordEnds;

const llama3 =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** What cuts as a pattern of tokenizer.json does. */
export const cutterOfPattern: ReadonlyMap<string, CutterName> = new Map([
  [llama3, 'llama3'],
  [llama3.replace('\\p{N}{1,3}', '\\p{N}'), 'qwen'],
]);
