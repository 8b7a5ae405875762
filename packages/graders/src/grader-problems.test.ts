import type { Grader, SingleGrader } from '@lathe/contracts/http/grader';
import { describe, expect, it } from 'vitest';
import { problemOf, pythonProblem } from './begin.ts';

const check = (input: string): SingleGrader => ({
  ...{ type: 'string_check', name: 'check', operation: 'eq', input, reference: '' },
});

describe('a grader that could never run', () => {
  it.each<[Grader, RegExp]>([
    [check('{{ env.SECRET }}'), /\{\{ env.SECRET \}\}/],
    [
      {
        ...{ type: 'multi', name: 'm', calculate_output: 'check' },
        graders: [check(''), check('')],
      },
      /Two graders have the name "check"/,
    ],
    [
      { type: 'javascript', name: 'torn', source: 'const one = 1;\nfunction grade( {' },
      /program of the grader "torn" cannot be read: line 2: /,
    ],
    [
      { type: 'javascript', name: 'module', source: 'export default () => 1' },
      /"module" cannot be read: line 1: .*export/,
    ],
    [
      {
        ...{ type: 'multi', name: 'm', calculate_output: 'other' },
        graders: [{ type: 'javascript', name: 'other', source: 'const grader = () => 1' }],
      },
      /"other" defines no function grade\(sample, item\)/,
    ],
  ])('is named: %j', (grader, problem) => {
    expect(problemOf(grader)).toMatch(problem);
  });

  it('is Python where there is no sandbox, also within another', () => {
    const own = { type: 'python', name: 'p', source: 'def grade(s, i): return 1' } as const;
    const multi: Grader = {
      ...{ type: 'multi', name: 'm', calculate_output: 'p' },
      graders: [own],
    };
    for (const grader of [own, multi])
      expect(pythonProblem(grader)).toMatch(/"p" is a Python program, .* no sandbox for Python/);
    expect(pythonProblem(check('a'))).toBeUndefined();
  });

  it('is none that can', () => {
    const single = check('{{item.a}}');
    expect(problemOf(single)).toBeUndefined();
    expect(
      problemOf({ type: 'multi', name: 'm', graders: single, calculate_output: 'check * 2' }),
    ).toBeUndefined();
  });
});
