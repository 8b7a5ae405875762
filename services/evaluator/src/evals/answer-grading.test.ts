import type { Grader } from '@lathe/contracts/http/grader';
import { gradeSubject } from '@lathe/contracts/subject';
import { expect, it } from 'vitest';
import { oneEvaluator } from '../integration/one-evaluator.fixture.ts';

const test = oneEvaluator({ graderMs: 2000 });

const same: Grader = {
  ...{ type: 'string_check', name: 'same', operation: 'eq' },
  ...{ input: '{{ sample.output_text }}', reference: '{{ item.label }}' },
};
const answer = (output_text: string, item: object = { label: 'yes' }) => ({
  item,
  sample: { output_text },
});

it('rewards answers in their order, and errs for those alone that the grader fails at', async () => {
  const items = [answer('yes'), answer('no'), answer('yes', {}), answer('yes')];
  const reply = await test.service.grade({ grader: same, items });
  expect(reply).toEqual({
    kind: 'done',
    grades: [
      { reward: 1 },
      { reward: 0 },
      { error: '{{ item.label }} cannot be filled: there is no "label".' },
      { reward: 1 },
    ],
    tokens: 0,
  });
});

it('combines programs with others by a formula, and goes on after a program that throws', async () => {
  const source = `function grade(sample, item) {
    if (sample.output_text === 'throw') throw new Error('of its own');
    return sample.output_text.length / item.most;
  }`;
  const grader: Grader = {
    ...{ type: 'multi', name: 'both', calculate_output: '0.5 * same + program' },
    graders: { same, program: { type: 'javascript', name: 'program', source } },
  };
  const item = { label: 'yes', most: 12 };
  const reply = await test.service.grade({
    grader,
    items: [answer('yes', item), answer('throw', item), answer('answer', item)],
  });
  expect(reply).toEqual({
    kind: 'done',
    grades: [
      { reward: 0.75, parts: { same: 1, program: 0.25 } },
      { error: expect.stringContaining('of its own') },
      { reward: 0.5, parts: { same: 0, program: 0.5 } },
    ],
    tokens: 0,
  });
});

it('asks models of the project, and says of each answer that there is none of that name', async () => {
  const judge = (model: string): Grader => ({
    ...{ type: 'score_model', name: 'judge', model, range: [0, 5] },
    input: [{ role: 'user', content: '{{ sample.output_text }}' }],
    sampling_params: { max_completions_tokens: 8 },
  });
  const reply = await test.service.grade({ grader: judge('tiny'), items: [answer('x')] });
  if (reply?.kind !== 'done') return expect.fail(JSON.stringify(reply));
  expect(reply.tokens).toBeGreaterThan(0);
  const [grade] = reply.grades;
  // Its weights are random: a score, or no score in the room that a judge has.
  if (grade !== undefined && 'reward' in grade) {
    expect(grade.reward).toBeGreaterThanOrEqual(0);
    expect(grade.reward).toBeLessThanOrEqual(5);
  } else expect(grade?.error).toMatch(/no score from 0 to 5/);
  const missing = { error: expect.stringContaining("The model 'nobody' does not exist") };
  expect(
    await test.service.grade({ grader: judge('nobody'), items: [answer('x'), answer('y')] }),
  ).toEqual({ kind: 'done', grades: [missing, missing], tokens: 0 });
});

it('refuses what it cannot read, and serves the next', async () => {
  const { connection } = test.service.nats;
  // Without the headers that say who asks.
  const reply = await connection.request(gradeSubject, '{}', { timeout: 60_000 });
  expect(reply.json()).toMatchObject({ error: { code: 'internal_error' } });
  expect(await test.service.grade({ grader: same, items: [] })).toMatchObject({
    error: { code: 'internal_error' },
  });
  expect(await test.service.grade({ grader: same, items: [answer('yes')] })).toMatchObject({
    grades: [{ reward: 1 }],
  });
});
