import { expect, it } from 'vitest';
import { cutText } from './cut-text.ts';

const mark = (start: number, end: number, label: string) => ({
  ...{ start, end, label, tone: 0, detail: '' },
});

it('cuts a text at its marks by code points, in order, and leaves out what overlaps', () => {
  const marks = [mark(9, 12, 'LOC'), mark(0, 3, 'PER'), mark(2, 5, 'late')];
  const pieces = cutText('Ann 🎉 in Rom.', marks);
  expect(pieces.map(({ text, mark: of }) => [text, of?.label])).toEqual([
    ['Ann', 'PER'],
    [' 🎉 in ', undefined],
    ['Rom', 'LOC'],
    ['.', undefined],
  ]);
});
