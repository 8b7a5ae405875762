import { readFileSync } from 'node:fs';
import { beginGrading } from '@lathe/graders/begin';
import { finishGrading } from '@lathe/graders/finish';
import { expect, it } from 'vitest';
import { readImport } from './read-import.ts';

/** OpenAI's answers as its Python client dumps them: bench/reference/openai_export.py. */
const exported = JSON.parse(
  readFileSync(new URL('../../fixtures/openai-evals.json', import.meta.url), 'utf8'),
) as Record<'asking' | 'judging', { eval: object; rows: object[]; runs: object[] }>;

const read = (file: object, { model = 'mine', runsPython = false } = {}) => {
  const content = JSON.stringify(file);
  return readImport({ format: 'openai_evals', content, model }, { runsPython });
};

it('takes the eval, its rows, and once what its runs asked of several models', () => {
  const { name, criteria, itemSchema, rows, asks, findings } = read(exported.asking);
  expect(name).toBe('support-agent-regression');
  expect(criteria).toMatchObject([
    { type: 'string_check', operation: 'ilike', reference: '{{item.must_mention}}' },
    { type: 'score_model', model: 'mine', range: [1, 7], pass_threshold: 5 },
  ]);
  expect(itemSchema).toMatchObject({ required: ['question', 'must_mention'] });
  expect(rows.map((row) => JSON.parse(row))).toEqual(
    exported.asking.rows.map((item) => ({ item })),
  );
  expect(asks).toEqual([
    {
      ...{ name: 'gpt-4.1 baseline', type: 'completions' },
      input_messages: {
        type: 'template',
        template: [
          { role: 'developer', content: 'You are a polite support agent for Acme.' },
          { role: 'user', content: '{{item.question}}' },
        ],
      },
      sampling_params: { temperature: 0.5, max_completion_tokens: 64 },
    },
  ]);
  expect(findings.filter(({ outcome }) => outcome === 'impossible')).toEqual([
    expect.objectContaining({ at: 'eval.testing_criteria[2]' }),
  ]);
  expect(findings.map(({ message }) => message)).toEqual(
    expect.arrayContaining([
      'mine judges instead of gpt-4.1.',
      'mine is asked instead of gpt-4.1.',
      'OpenAI counted 1 of 2 rows of evalrun_2 as passed.',
      'OpenAI counted 0 of 2 rows of evalrun_1 as passed.',
    ]),
  );
});

it('judges the answers of a run that asked nobody as OpenAI did', async () => {
  const { asks, rows, criteria } = read(exported.judging);
  expect(asks).toBeNull();
  const limits = { programMs: 60_000, programBytes: 32 * 1024 * 1024 };
  const [check] = criteria;
  if (check === undefined) throw new Error('the first criterion is a string_check');
  const rewards = [];
  for (const row of rows) {
    const { item, sample } = JSON.parse(row);
    const parts = await beginGrading(check, { item, answer: sample.output_text }, limits);
    rewards.push(finishGrading(check, parts, new Map()).reward);
  }
  const theirs = exported.judging.runs.flatMap(
    (run) => (run as { output_items: { results: { score: number }[] }[] }).output_items,
  );
  expect(rewards).toEqual(theirs.map(({ results }) => results[0]?.score));
});

it('keeps programs in Python where there is a sandbox for them', () => {
  const { criteria, findings } = read(exported.asking, { runsPython: true });
  expect(criteria[2]).toEqual({
    ...{ type: 'python', name: 'code', source: 'def grade(sample, item):\n    return 1.0' },
  });
  expect(findings).toContainEqual({
    ...{ at: 'eval.testing_criteria[2]', outcome: 'kept', message: 'It is a criterion.' },
  });
});

it('keeps judges and models whose name the import names', () => {
  const { findings } = read(exported.asking, { model: 'gpt-4.1' });
  expect(findings).toContainEqual({
    ...{ at: 'eval.testing_criteria[1]', outcome: 'kept', message: 'It is a criterion.' },
  });
  const changed = findings.filter(({ outcome }) => outcome === 'changed');
  expect(changed.map(({ message }) => message)).toEqual([
    'gpt-4.1 is asked instead of gpt-4o-mini.',
    'The answers of then are not kept: the runs ask again.',
  ]);
});

it('leaves out how a judge was sampled where that is unknown here, and keeps the judge', () => {
  const { eval: of, rows } = exported.asking;
  const judge = (of as { testing_criteria: object[] }).testing_criteria[1];
  const sampling_params = { reasoning_effort: 'medium', temperature: 1 };
  const testing_criteria = [{ ...judge, sampling_params }];
  const { criteria, findings } = read({ eval: { ...of, testing_criteria }, rows, runs: [] });
  expect(criteria).toMatchObject([{ type: 'score_model', model: 'mine', range: [1, 7] }]);
  expect(criteria[0]).not.toHaveProperty('sampling_params');
  expect(findings).toContainEqual({
    ...{ at: 'eval.testing_criteria[0].sampling_params', outcome: 'changed' },
    message: "All of them are left out. Unsupported parameter: 'sampling_params.reasoning_effort'.",
  });
});

it('says what it cannot take', () => {
  const { eval: of, rows } = exported.asking;
  const [check] = (of as { testing_criteria: object[] }).testing_criteria;
  const never = { eval: { ...of, testing_criteria: [check] }, rows: [], runs: [] };
  expect(() => read(never)).toThrow(/^Invalid value for 'content': It has no rows\.$/);
  expect(() => read({ rows, runs: [] })).toThrow("'eval'");
  const logs = { ...of, data_source_config: { type: 'logs', schema_: { type: 'object' } } };
  const { itemSchema, findings } = read({ eval: logs, rows, runs: [] });
  expect(itemSchema).toEqual({});
  expect(findings).toContainEqual({
    ...{ at: 'eval.data_source_config', outcome: 'changed' },
    message: 'logs: its rows are a file, whose items may be anything.',
  });
});

it('names in a sentence the field for which a criterion or a parameter is left out', () => {
  const { eval: of, rows, runs } = exported.asking;
  const criteria = (of as { testing_criteria: object[] }).testing_criteria;
  const { reference: _, ...bare } = criteria[0] as { reference: string };
  const run = structuredClone(runs[0]) as { run: { data_source: { sampling_params: object } } };
  Object.assign(run.run.data_source.sampling_params, { top_k: 5 });
  const testing_criteria = [criteria[1], bare];
  const { findings } = read({ eval: { ...of, testing_criteria }, rows, runs: [run] });
  expect(findings).toContainEqual({
    ...{ at: 'eval.testing_criteria[1]', outcome: 'impossible' },
    message: "string_check: it is left out. Missing required parameter: 'reference'.",
  });
  expect(findings).toContainEqual({
    ...{ at: 'runs[0].run.data_source.sampling_params', outcome: 'changed' },
    message:
      "All of them are left out. Unsupported parameter: 'data_source.sampling_params.top_k'.",
  });
});
