import { expect, it } from 'vitest';
import { chatRow } from '../integration/records.fixture.ts';
import { type HeldOutRow, toQuestion } from '../texts/held-out.ts';
import { countNearHeldOut } from './near-shots.ts';

const long = Array.from({ length: 40 }, (_, at) => `word${at}`).join(' ');
const asked = (text: string, answer: string): HeldOutRow => {
  const row = chatRow(1, text, answer);
  return { ...toQuestion(row), row, examples: [] };
};

it('counts rows whose prompt has an example that asks the same or nearly says the same', () => {
  const near = chatRow(2, `${long} more`, 'yes');
  const same = chatRow(3, 'What is IT?', 'another answer');
  const other = chatRow(4, 'something else that is asked here', 'yes');
  const rows = [asked(long, 'yes'), asked('what is it', 'an answer'), asked('a short one', 'yes')];
  expect(countNearHeldOut(rows, [[other, near], [same], [near, same, other]])).toBe(2);
  expect(countNearHeldOut(rows, [[other, same], [near], []])).toBe(0);
});
