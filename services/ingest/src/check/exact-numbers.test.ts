import { expect, it } from 'vitest';
import { checkNumbers } from './exact-numbers.ts';
import type { RowIssue } from './validate-message.ts';

const found = (text: string): string[] => {
  const issues: RowIssue[] = [];
  checkNumbers(text, (issue) => issues.push(issue));
  return issues.map(({ message }) => message);
};

it('tells of a whole number that is read as another', () => {
  expect(found('{"id": 9007199254740993}')).toEqual([
    'the number 9007199254740993 is read as 9007199254740992; write it as a text',
  ]);
  expect(found('[-12345678901234567890]')).toHaveLength(1);
});

it('says nothing of exact numbers, fractions and digits in texts', () => {
  expect(
    found('{"a": 9007199254740992, "b": "9007199254740993", "c": 0.12345678901234567}'),
  ).toEqual([]);
  expect(found('{"a": "say \\"9007199254740993\\""}')).toEqual([]);
});

it('tells of a number that is larger than any, however long it is', () => {
  const message = `the number ${'1'.repeat(40)} is larger than any that can be read; write it as a text`;
  for (const digits of [309, 310, 400, 1_000_000])
    expect(found(`{"id": ${'1'.repeat(digits)}}`)).toEqual(
      digits === 309 ? [expect.stringContaining('is read as 1')] : [message],
    );
  expect(found(`[-${'9'.repeat(309)}]`)).toEqual([expect.stringContaining('larger than any')]);
});

it('reads past texts of any length, and quotes and slashes in them', () => {
  const long = JSON.stringify({ a: 'x'.repeat(9_000_000), b: '\n"\\'.repeat(2_000_000) });
  expect(found(`${long.slice(0, -1)}, "c": 9007199254740993}`)).toHaveLength(1);
  expect(found('{"a\\\\": "\\\\\\"9007199254740993", "b": "\\\\"}')).toEqual([]);
});
