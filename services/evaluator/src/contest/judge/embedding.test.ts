import { expect, it } from 'vitest';
import { closenessByVectors } from './embedding.ts';
import { judge } from './judge.ts';
import { asked, contestant, model, values } from './rows.fixture.ts';

const row = (line: number, texts: string[], score?: number) => ({
  kind: 'related' as const,
  line,
  texts,
  ...(score === undefined ? {} : { score }),
});
const at = (...values: number[]) => Float32Array.from(values);

it('finds the text that lies close to each among all, beside BM25', () => {
  const rows = [
    row(1, ['red fox', 'fox in red', 'blue whale']),
    row(2, ['blue sea', 'sea of blue', 'red lamp']),
    row(3, ['the fox', 'fox in red']),
  ];
  const vectors = [
    [at(1, 0), at(1, 0.1), at(0, 1)],
    [at(0, 1), at(1, 0.9), at(0.1, 1)],
    [at(1, 0.2), at(1, 0.1)],
  ];
  const answers = closenessByVectors(rows, vectors);
  expect(answers.map(({ place, isCloser }) => [place, isCloser])).toEqual([
    [1, true],
    [3, false],
    [1, null],
  ]);
  const models = [model('tuned', answers)];
  const judgement = judge({ task: 'embedding', rows, train: [], models, ...asked });
  expect(values(judgement, 'tuned')).toEqual({
    'recall@1': expect.closeTo(2 / 3, 9),
    'recall@10': 1,
    MRR: expect.closeTo((1 + 1 / 3 + 1) / 3, 9),
    'triplet accuracy': 0.5,
  });
  expect(values(judgement, 'bm25')).toMatchObject({ MRR: 1, 'triplet accuracy': 1 });
});

it('puts pairs with scores in order', () => {
  const rows = [row(1, ['a b', 'a b'], 1), row(2, ['a b', 'a c'], 0.5), row(3, ['a b', 'x y'], 0)];
  const vectors = rows.map(({ score = 0 }) => [at(1, 0), at(score, 1 - score)]);
  const models = [model('tuned', closenessByVectors(rows, vectors))];
  const judgement = judge({ task: 'embedding', rows, train: [], models, ...asked });
  expect(values(judgement, 'tuned')).toMatchObject({ Spearman: expect.closeTo(1, 9) });
  expect(values(judgement, 'bm25').Spearman).toBeGreaterThan(0.8);
});

it('leaves room in the accuracy of triplets by the rows with a third text, not by all', () => {
  const rows = Array.from({ length: 40 }, (_, at) =>
    row(at + 1, [`a${at}`, `b${at}`, ...(at % 2 === 0 ? ['c'] : [])]),
  );
  const answers = rows.map(({ texts }) => ({
    ...{ place: 1, similarity: 1, isCloser: texts.length > 2 ? true : null },
  }));
  const models = [model('tuned', answers)];
  const judgement = judge({ task: 'embedding', rows, train: [], models, ...asked });
  const { metrics } = contestant(judgement, 'tuned');
  // Wilson's intervals of 20 of 20 and of 40 of 40.
  const wholeOf = (count: number) => expect.closeTo(count / (count + 1.96 ** 2), 4);
  expect(metrics['triplet accuracy']).toMatchObject({ value: 1, low: wholeOf(20), high: 1 });
  expect(metrics.MRR).toMatchObject({ value: 1, low: wholeOf(40), high: 1 });
});
