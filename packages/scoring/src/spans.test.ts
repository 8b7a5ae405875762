import { expect, it } from 'vitest';
import { lenientSpans, type SpanMode, spanScores } from './spans.ts';
import { vectors } from './vectors.fixture.ts';

/** Precision, recall, F1, support. */
type Row = [number, number, number, number];
type Case = [SpanMode, string[], string[], Row, Record<string, Row>];

it('agrees with seqeval, lenient and in every strict scheme', () => {
  for (const [mode, gold, predicted, micro, perType] of vectors<Case[]>('spans')) {
    const tags = (rows: string[]) => rows.map((row) => row.split(' '));
    const scores = spanScores(tags(gold), tags(predicted), mode);
    const close = (row: Row) => ({
      precision: expect.closeTo(row[0], 9),
      recall: expect.closeTo(row[1], 9),
      f1: expect.closeTo(row[2], 9),
      support: row[3],
    });
    expect(scores.micro).toEqual(close(micro));
    expect(scores.perType).toEqual(
      Object.entries(perType).map(([type, row]) => ({ type, ...close(row) })),
    );
  }
});

it('reads what opens no span as one when lenient', () => {
  expect(lenientSpans(['O', 'I-PER', 'I-LOC', 'I-LOC'])).toEqual([
    { type: 'PER', start: 1, end: 2 },
    { type: 'LOC', start: 2, end: 4 },
  ]);
});

it('refuses sentences of different length', () => {
  expect(() => spanScores([['O', 'O']], [['O']])).toThrow('2 rows cannot be scored against 1');
});
