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
