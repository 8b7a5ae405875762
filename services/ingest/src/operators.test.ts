import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isOperator } from './operators.ts';

const blanks = /^[ \t]*/;

/** The same by expressions over the texts before and after a run of signs. */
function byExpressions(text: string, start: number, end: number): boolean {
  const [before, after] = [text.slice(0, start), text.slice(end)];
  const left = before.replace(/[ \t]+$/, '');
  const right = after.replace(blanks, '');
  const signs = text.slice(start, end);
  const isMinus = signs === '-' && !/[\p{L}\p{M}\p{N})\]]$/u.test(before);
  if (isMinus && /^\p{N}/u.test(after)) return true;
  const isSpaced = left !== before && right !== after && !/^[-/|&!~]+$/.test(signs);
  const isLeft =
    /[\p{N})\]]$/u.test(left) ||
    (/\p{L}$/u.test(left) && (isSpaced || !/[\p{L}\p{M}\p{N}].$/u.test(left)));
  const isRight =
    /^[\p{N}([]/u.test(right) ||
    /^-\p{N}/u.test(right) ||
    (/^\p{L}/u.test(right) && (isSpaced || !/^.[\p{L}\p{M}\p{N}]/u.test(right)));
  return isLeft && isRight;
}

const units = fc.constantFrom(...[...'aZ09 \t\n.,()[]+-*/=<|&!~%^éßΣ名٣Ⅷ\u0301×−']);
const texts = fc.array(units, { maxLength: 16 }).map((all) => all.join(''));

it('tells operators as expressions over what stands about them do', () => {
  fc.assert(
    fc.property(texts, (text) => {
      for (const { 0: run, index } of text.matchAll(/[+\-*/=<>^%|&!~\p{Sm}]+/gu))
        expect(isOperator(text, index, index + run.length), `${index} of ${text}`).toBe(
          byExpressions(text, index, index + run.length),
        );
    }),
    { numRuns: 5000 },
  );
});
