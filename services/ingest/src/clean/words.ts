/** Scripts that part no words: each of their characters counts as one. */
const word =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]|[\p{L}\p{M}\p{N}]+/gu;
const plainWord = /[a-z0-9]+/g;
const beyondAscii = /[\u0080-\uffff]/;

/** The words of a text without what equal texts differ in: case, forms of characters, blanks and signs. */
export function wordsOf(text: string): string[] {
  if (!beyondAscii.test(text)) return text.toLowerCase().match(plainWord) ?? [];
  return text.normalize('NFKC').toLowerCase().match(word) ?? [];
}

/** A 32-bit hash of a word: FNV-1a, mixed. */
export function hashWord(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mix(hash);
}

/** The last steps of MurmurHash3: every bit of the hash depends on every one of the number. */
export function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
