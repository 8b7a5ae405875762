import { isOperator, isSign, plainSigns, signRun } from '../operators.ts';

/** Scripts that part no words: each of their characters counts as one. */
const word =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]|[\p{L}\p{M}\p{N}]+/u;
const wordOrSigns = new RegExp(`${word.source}|${signRun.source}`, 'gu');
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
  if (beyondAscii.test(text)) return Uint32Array.from(wordsOf(text), hashWord);
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
    if (isOperator(text, start, at + 1)) gathered[count++] = hashWord(text.slice(start, at + 1));
  }
  if (hash !== offset) gathered[count++] = mix(hash);
  return gathered.slice(0, count);
}

function wordsOf(text: string): string[] {
  const plain = plainSigns(text.normalize('NFKC').toLowerCase());
  const found: string[] = [];
  for (const { 0: each, index } of plain.matchAll(wordOrSigns))
    if (!isSign(each) || isOperator(plain, index, index + each.length)) found.push(each);
  return found;
}

const offset = 0x811c9dc5 | 0;
const prime = 0x01000193;

function hashWord(text: string): number {
  let hash = offset;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), prime);
  return mix(hash);
}

/** The last steps of MurmurHash3: every bit of the hash depends on every one of the number. */
export function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
