import { hashWord, mix, wordsOf } from './words.ts';

/** Words of a shingle. */
const shingleWords = 5;
/** Of a longer text those with the least hashes are kept, which are drawn as if by chance and the same of equal texts. */
const mostShingles = 4096;

/** The 5-word shingles of a text as hashes, each once and in order; of a shorter text one of all words. */
export function shinglesOf(text: string): Uint32Array {
  const words = wordsOf(text).map(hashWord);
  const found = new Set<number>();
  const last = Math.max(1, words.length - shingleWords + 1);
  for (let at = 0; at < last && words.length > 0; at++) {
    let hash = 0;
    for (let next = at; next < at + shingleWords && next < words.length; next++)
      hash = mix(Math.imul(hash, 31) + (words[next] as number));
    found.add(hash);
  }
  return Uint32Array.from(found).sort().slice(0, mostShingles);
}

/** How much two sets have in common: |a ∩ b| / |a ∪ b|, of sets in order; 1 of two that are empty. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  let shared = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const left = a[i] as number;
    const right = b[j] as number;
    if (left === right) shared++;
    if (left <= right) i++;
    if (right <= left) j++;
  }
  const all = a.length + b.length - shared;
  return all === 0 ? 1 : shared / all;
}
