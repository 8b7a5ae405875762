import { expect, it } from 'vitest';
import { createLabelBook } from './label-book.ts';

it('tells of labels that differ in case, blanks or marks that are not seen alone', () => {
  const book = createLabelBook('label');
  const labels = ['billing', 'delivery', 'Billing', 'billing ', 'delivery\u200b', 'account'];
  for (const [at, label] of labels.entries())
    book.add([label], {
      ...{ file: 'training_file', prompt: 0, answer: 0 },
      row: { kind: 'labelled', line: at + 1, text: 'a', label },
    });
  const found = book.alike();
  expect(found.map(({ line, rule, level }) => [line, rule, level])).toEqual([
    [3, 'alike-labels', 'warn'],
    [4, 'alike-labels', 'warn'],
    [5, 'alike-labels', 'warn'],
  ]);
  expect(found[0]?.message).toContain('the label "Billing" is taught as another than "billing"');
});

it('names each label that stands for none, with how many rows have it', () => {
  const book = createLabelBook('label');
  const labels = [
    'x',
    'NA',
    'y',
    '-',
    'na ',
    'None',
    'NA',
    'null',
    'NaN',
    '<NA>',
    'nothing',
    '#N/A',
  ];
  for (const [at, label] of labels.entries())
    book.add([label, label], {
      ...{ file: 'training_file', prompt: 0, answer: 0 },
      row: { kind: 'labelled', line: at + 1, text: 'a', label },
    });
  const found = book.placeholders();
  expect(found.map(({ line, rule, level }) => [line, rule, level])).toEqual(
    [2, 4, 5, 6, 8, 9, 10, 12].map((line) => [line, 'placeholder-label', 'warn']),
  );
  expect(found.slice(0, 2).map(({ message }) => message)).toEqual([
    'the label "NA", which often stands for no label, is taught as one by 2 rows; leave them out if it is none',
    'the label "-", which often stands for no label, is taught as one by 1 row; leave it out if it is none',
  ]);
});
