import type { Grader } from '@lathe/contracts/http/grader';
import { expect, it } from 'vitest';
import { type CriteriaPorts, checkGrader } from './criteria.ts';

const python: Grader = {
  ...{ type: 'multi', name: 'both', calculate_output: 'own' },
  graders: {
    own: { type: 'python', name: 'own', source: 'def grade(sample, item): return 1.0' },
  },
};
const check = (runsPython: boolean) => {
  // A program asks no model.
  const ports = { graders: { runsPython } } as CriteriaPorts;
  return checkGrader(ports, { project: 'default', grader: python, param: 'criteria[0]' });
};

it('takes programs in Python where there is a sandbox for them, and refuses them by name elsewhere', async () => {
  expect(await check(true)).toEqual(python);
  await expect(check(false)).rejects.toMatchObject({
    code: 'invalid_value',
    param: 'criteria[0]',
    message: expect.stringMatching(/"own" is a Python program/),
  });
});
