import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createUnigram } from '../model/unigram.ts';
import { readPreTokenizer } from '../pre-tokenize/read-pre-tokenizer.ts';
import type { Piece } from './seed-pieces.ts';
import { learnPieces, logLikelihood } from './train-unigram.ts';

// What the reference's UnigramTrainer learnt of the same lines (bench/reference/unigram_trainer.py).
type Case = { readonly size: number; readonly vocab: Piece[]; readonly ids: number[][] };
const { texts, cases } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/unigram-trainer.json'), 'utf8'),
) as { readonly texts: string[]; readonly cases: [Case, Case] };
const { preTokenize } = readPreTokenizer('tokenizer.json', {
  ...{ type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: true },
});
const cut = (text: string) => preTokenize(text, 'start').texts;
const license = readFileSync(join(import.meta.dirname, '../../../../LICENSE'), 'utf8');
const counts = new Map<string, number>();
for (const line of license.split('\n').filter((each) => each.trim() !== ''))
  for (const word of cut(line.trim())) counts.set(word, (counts.get(word) ?? 0) + 1);
/** The special tokens of the reference's file stand first. */
const learntBy = ({ vocab }: Case) => vocab.slice(2);

describe('Unigram', () => {
  const [pruned, whole] = cases;

  it('learns what the reference learns where nothing is pruned, with the same scores', () => {
    const own = new Map(learnPieces(counts, { size: whole.size - 2 }));
    const reference = learntBy(whole);
    expect(own.size).toBe(reference.length);
    for (const [piece, score] of reference) {
      // Characters that no piece is left of score a little apart from each other, in an order that is nobody's.
      expect(Math.abs((own.get(piece) ?? 0) - score)).toBeLessThan(1e-3);
    }
  });

  it('prunes to pieces that are likelier than those of the reference, most of which are the same', () => {
    const own = learnPieces(counts, { size: pruned.size - 2 });
    const reference = learntBy(pruned);
    expect(own).toHaveLength(reference.length);
    const pieces = new Set(own.map(([piece]) => piece));
    const same = reference.filter(([piece]) => pieces.has(piece)).length;
    expect(same / reference.length).toBeGreaterThan(0.95);
    expect(logLikelihood(own, counts)).toBeGreaterThan(logLikelihood(reference, counts));
  });

  it.each(cases.map((each) => [each.size, each] as const))(
    'cuts texts by the vocabulary of %i as the reference does',
    (_, { vocab, ids }) => {
      const unigram = createUnigram({
        source: 'u',
        pieces: vocab,
        unknown: 0,
        byteFallback: false,
      });
      expect(texts.map((text) => cut(text).flatMap((word) => [...unigram.encode(word)]))).toEqual(
        ids,
      );
    },
  );

  it('learns nothing of no words', () => {
    expect(learnPieces(new Map(), { size: 10 })).toEqual([]);
  });
});
