import { isOperator, isSign, plainSigns } from '../operators.ts';

/** Scripts that part no words: each of their characters counts as one where a word may begin. */
const alone =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const partOfWord = /[\p{L}\p{M}\p{N}]/u;

/** What a character is, as bits of a number. */
const [isKnown, isAlone, isPart, isOfSigns] = [1, 2, 4, 8];
const known = new Uint8Array(0x10000);

/** What a character is, by its code; those of one unit are looked at once. */
function kindOf(code: number): number {
  return (known[code] ?? 0) || learn(code);
}

function learn(code: number): number {
  const character = String.fromCodePoint(code);
  let kind = isKnown;
  if (alone.test(character)) kind |= isAlone;
  if (partOfWord.test(character)) kind |= isPart;
  if (isSign(character)) kind |= isOfSigns;
  if (code < known.length) known[code] = kind;
  return kind;
}

/** What a character is to words: one by itself, a part of one, what operators are made of, or what stands between words. */
export function placeInWords(code: number): 'alone' | 'part' | 'sign' | 'between' {
  const kind = kindOf(code);
  if ((kind & isAlone) !== 0) return 'alone';
  if ((kind & isPart) !== 0) return 'part';
  return (kind & isOfSigns) !== 0 ? 'sign' : 'between';
}

const signCode = 1;
const beyondAscii = /[\u0080-\uffff]/;

/** Of a letter or digit of ASCII its code in lower case, of a sign that operators are made of 1, of all else 0. */
const plainCodes = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code).toLowerCase();
  if (/[a-z0-9]/.test(character)) return character.charCodeAt(0);
  return isSign(character) ? signCode : 0;
});

/** Texts as bytes while their words are looked for. */
let written = Buffer.alloc(4096);
/** Hashes of the words while they are gathered. */
let gathered = new Uint32Array(1024);

/**
 * Hashes of the words of a text in their order, without what equal texts differ in: case, forms of characters, blanks and
 * punctuation. Operators are words. FNV-1a, mixed.
 */
export function wordHashes(text: string): Uint32Array {
  if (beyondAscii.test(text)) return anyWordHashes(text);
  if (written.length < text.length) written = Buffer.alloc(2 * text.length);
  return asciiWordHashes(written.subarray(0, written.write(text, 'latin1')), text);
}

/** The same of a text of ASCII as bytes; `known`: the text, where it is there already. */
export function asciiWordHashes(bytes: Uint8Array, known?: string): Uint32Array {
  let text = known;
  if (gathered.length <= bytes.length) gathered = new Uint32Array(2 * bytes.length);
  let count = 0;
  let hash = offset;
  for (let at = 0; at < bytes.length; at++) {
    const code = plainCodes[bytes[at] as number] as number;
    if (code > signCode) {
      hash = Math.imul(hash ^ code, prime);
      continue;
    }
    if (hash !== offset) {
      gathered[count++] = mix(hash);
      hash = offset;
    }
    if (code !== signCode) continue;
    const start = at;
    while (plainCodes[bytes[at + 1] as number] === signCode) at++;
    text ??= Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    if (isOperator(text, start, at + 1)) gathered[count++] = hashUnits(text, start, at + 1);
  }
  if (hash !== offset) gathered[count++] = mix(hash);
  return gathered.slice(0, count);
}

function anyWordHashes(text: string): Uint32Array {
  const plain = plainSigns(text.normalize('NFKC').toLowerCase());
  if (gathered.length <= plain.length) gathered = new Uint32Array(2 * plain.length);
  let count = 0;
  for (let at = 0; at < plain.length; ) {
    const start = at;
    const code = plain.codePointAt(at) as number;
    const kind = kindOf(code);
    at += unitsOf(code);
    if ((kind & isAlone) !== 0) gathered[count++] = hashUnits(plain, start, at);
    else if ((kind & isPart) !== 0) {
      at = endOf(plain, at, isPart);
      gathered[count++] = hashUnits(plain, start, at);
    } else if ((kind & isOfSigns) !== 0) {
      at = endOf(plain, at, isOfSigns);
      if (isOperator(plain, start, at)) gathered[count++] = hashUnits(plain, start, at);
    }
  }
  return gathered.slice(0, count);
}

/** Where characters of a kind end that stand from there on. */
function endOf(text: string, from: number, kind: number): number {
  let at = from;
  while (at < text.length) {
    const code = text.codePointAt(at) as number;
    if ((kindOf(code) & kind) === 0) break;
    at += unitsOf(code);
  }
  return at;
}

const unitsOf = (code: number): number => (code > 0xffff ? 2 : 1);

const offset = 0x811c9dc5 | 0;
const prime = 0x01000193;

function hashUnits(text: string, from: number, to: number): number {
  let hash = offset;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ text.charCodeAt(at), prime);
  return mix(hash);
}

/** The last steps of MurmurHash3: every bit of the hash depends on every one of the number. */
export function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
