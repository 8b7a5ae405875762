import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import { identityOf } from '../kinds/row-kinds.ts';
import { bandsOf } from './minhash.ts';
import type { Likeness } from './near-index.ts';
import { shinglesOf } from './shingles.ts';

/** By what a row is compared with others, as near as they may be: the words of what it asks and answers. */
export function likenessOf(row: CanonicalRow): Likeness {
  const shingles = rowShingles(row);
  return { shingles, bands: bandsOf(shingles) };
}

/** The shingles of all that a row asks and answers. */
export function rowShingles(row: CanonicalRow): Uint32Array {
  const { prompt, answer } = identityOf(row);
  return shinglesOf(row.kind === 'text' ? prompt : `${prompt}\n${answer}`);
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
