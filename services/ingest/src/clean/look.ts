import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import { identityOf } from '../kinds/row-kinds.ts';
import { bandsOf } from './minhash.ts';
import type { Likeness } from './near-index.ts';
import { shinglesOfWords } from './shingles.ts';
import { wordHashes } from './words.ts';

/** By what a row is compared with others, as near as they may be: the words of what it asks and answers. */
export function likenessOf(row: CanonicalRow): Likeness {
  const shingles = shinglesOfWords(rowWords(row).all);
  return { shingles, bands: bandsOf(shingles) };
}

/** The hashes of the words of what a row asks, and of all that it asks and answers. */
export function rowWords(row: CanonicalRow): { asked: Uint32Array; all: Uint32Array } {
  const { prompt, answer } = identityOf(row);
  const asked = wordHashes(prompt);
  if (row.kind === 'text') return { asked, all: asked };
  // A line end stands between the two, which parts words and operators.
  const answered = wordHashes(answer);
  const all = new Uint32Array(asked.length + answered.length);
  all.set(asked);
  all.set(answered, asked.length);
  return { asked, all };
}

/** All that stands before a row's answer, where there is one right answer; undefined where several are as good. */
export function askedOf(row: CanonicalRow): string | undefined {
  if (row.kind === 'chat') return JSON.stringify([row.tools ?? [], row.messages.slice(0, -1)]);
  const hasOne =
    row.kind === 'completion' ||
    row.kind === 'labelled' ||
    row.kind === 'tagged' ||
    row.kind === 'question';
  return hasOne ? identityOf(row).prompt : undefined;
}
