import { expect, it } from 'vitest';
import type { EvalAnswers, EvaluateInput } from '../evaluation.ts';
import { probeEvals } from './probe-evals.ts';

const [plainBase, tuned] = [{ name: 'base' }, { name: 'tuned' }] as EvaluateInput['tuned'][];

/** Evals by their ids with what each model came to, asked by a job. */
async function probed(found: Readonly<Record<string, EvalAnswers>>, options: object = {}) {
  const asked: { readonly mostRows: number; readonly models: readonly { name: string }[] }[] = [];
  const job = { project: 'p', options: { forgetting_evals: Object.keys(found), ...options } };
  const input = { job, plainBase, tuned } as Parameters<typeof probeEvals>[0];
  const settings = { evalProbeRows: 100 } as Parameters<typeof probeEvals>[1]['settings'];
  const result = await probeEvals(input, {
    ...{ settings, signal: new AbortController().signal, onProgress: () => {} },
    askEval: async ({ evalId, ...more }) => {
      asked.push(more);
      return found[evalId] ?? { note: 'none' };
    },
  });
  return { asked, ...result };
}

const answers = (
  base: readonly (boolean | undefined)[],
  after: readonly (boolean | undefined)[],
) => ({
  ...{ name: 'routing', runId: 'evalrun_1', passed: [base, after] },
  lines: base.map((_, at) => 3 * at + 1),
});
const all = (passes: boolean, rows: number) => Array.from({ length: rows }, () => passes);

it('compares rows that both models were judged on, and tells the lines that were lost', async () => {
  const base = [true, true, false, undefined, true];
  const { evals, asked } = await probed({ a: answers(base, [true, false, true, true, undefined]) });
  expect(evals).toEqual([
    {
      ...{ evalId: 'a', name: 'routing', runId: 'evalrun_1', rows: 3, asked: 5 },
      ...{ before: 2, after: 2, pValue: 1, verdict: 'cannot tell', lost: [4] },
    },
  ]);
  expect(asked).toMatchObject([{ mostRows: 100, models: [{ name: 'base' }, { name: 'tuned' }] }]);
});

it('calls no eval worse by the chance that several of them give', async () => {
  // Six rows lost of six: p = 2 / 2^6 alone, and twice that beside another eval.
  const lost = answers(all(true, 6), all(false, 6));
  const [alone] = (await probed({ a: lost })).evals;
  expect(alone).toMatchObject({ pValue: expect.closeTo(2 / 2 ** 6, 9), verdict: 'regressed' });
  const [beside] = (await probed({ a: lost, b: answers([true], [true]) })).evals;
  expect(beside).toMatchObject({ pValue: expect.closeTo(4 / 2 ** 6, 9), verdict: 'cannot tell' });
});

it('says which could not be asked, and asks no more rows than the job wants', async () => {
  const { evals, notes, asked } = await probed(
    { a: { note: 'The eval a was not asked: it was deleted.' } },
    { evaluation_rows: 7 },
  );
  expect([evals, notes]).toEqual([[], ['The eval a was not asked: it was deleted.']]);
  expect(asked).toMatchObject([{ mostRows: 7 }]);
});
