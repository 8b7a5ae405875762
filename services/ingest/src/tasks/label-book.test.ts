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
