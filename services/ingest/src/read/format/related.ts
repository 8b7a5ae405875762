import { renamed } from './chat.ts';
import { columnOf, columnsOf, type Format } from './format.ts';
import { isNumber, isText, unpacked } from './said.ts';

/** A text, one that lies close to it, and ones that do not: as `sentence-transformers` names them. */
export const pairs: Format = {
  kind: 'related',
  usual: {
    anchor: ['anchor', 'query', 'sentence', 'question'],
    positive: ['positive', 'pos', 'answer', 'positive_passage', 'document'],
    negatives: ['negatives', 'negative', 'neg', 'hard_negatives', 'negative_passages'],
  },
  holds: { anchor: isText, positive: isText, negatives: areTexts },
  convert(row, { columns }) {
    const made = renamed(row, [
      ['anchor', columnOf(columns, 'anchor')],
      ['positive', columnOf(columns, 'positive')],
    ]);
    const names = columnsOf(columns, 'negatives');
    const values = names.flatMap((name) => unpacked(row[name]) ?? []);
    const [only] = names;
    return {
      row: { ...made.row, ...(values.length > 0 && { negatives: values }) },
      places: () => [...(made.places?.() ?? []), ['negatives', only ?? 'negatives']],
    };
  },
};

/** Two texts with how close they are. */
export const scoredPairs: Format = {
  kind: 'related',
  usual: {
    text: ['sentence1', 'text1', 'sentence_a', 'text_a'],
    pair: ['sentence2', 'text2', 'sentence_b', 'text_b'],
    score: ['score', 'similarity', 'similarity_score', 'relatedness_score'],
  },
  holds: { text: isText, pair: isText, score: isNumber },
  convert(row, { columns }) {
    const score = columnOf(columns, 'score') ?? 'score';
    const made = renamed(row, [
      ['sentence1', columnOf(columns, 'text')],
      ['sentence2', columnOf(columns, 'pair')],
      ['score', score],
    ]);
    const value = row[score];
    const isWritten = isText(value) && isNumber(value);
    return { ...made, row: { ...made.row, ...(isWritten && { score: Number(value) }) } };
  },
};

function areTexts(value: unknown): boolean {
  const list = unpacked(value);
  return isText(value) || (Array.isArray(list) && list.every(isText));
}
