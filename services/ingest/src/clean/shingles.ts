import { inOrder } from './sort-hashes.ts';
import { mix } from './words.ts';

/** Words of a shingle. */
const shingleWords = 5;
/** Of a longer text those with the least hashes are kept, which are drawn as if by chance and the same of equal texts. */
export const mostShingles = 4096;

/** The factor of the words' places in a shingle's hash, and that of the word that leaves it. */
const factor = 0x01000193;
const leaving = Math.imul(Math.imul(factor, factor), Math.imul(factor, factor));

/** The 5-word shingles of a text as hashes, each once and in order, by the hashes of its words; of a shorter text one of all words. */
export function shinglesOfWords(words: Uint32Array): Uint32Array {
  if (words.length === 0) return new Uint32Array();
  const found = new Uint32Array(Math.max(1, words.length - shingleWords + 1));
  let hash = 0;
  for (let at = 0; at < words.length; at++) {
    const left = at < shingleWords ? 0 : (words[at - shingleWords] as number);
    hash = Math.imul(hash - Math.imul(left, leaving), factor) + (words[at] as number);
    found[Math.max(0, at - shingleWords + 1)] = mix(hash | 0);
  }
  return oneOfEach(inOrder(found)).slice(0, mostShingles);
}

function oneOfEach(sorted: Uint32Array): Uint32Array {
  let count = 0;
  for (const value of sorted)
    if (count === 0 || value !== sorted[count - 1]) sorted[count++] = value;
  return sorted.subarray(0, count);
}

/** Two texts that have so much in common are near duplicates. */
export const nearJaccard = 0.8;

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
