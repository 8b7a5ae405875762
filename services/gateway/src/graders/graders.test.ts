import type OpenAI from 'openai';
import { beforeAll, expect, it } from 'vitest';
import { finish, startEvaluator, text, usage } from '../chat/chat.fixture.ts';
import { baseModel } from '../integration/gateway.fixture.ts';
import { oneGateway } from '../integration/one-gateway.fixture.ts';

const gateway = oneGateway({ graderMs: 1000 });
let graders: OpenAI['fineTuning']['alpha']['graders'];

beforeAll(async () => {
  graders = gateway.client.fineTuning.alpha.graders;
});

type Grader = OpenAI.FineTuning.Alpha.GraderRunParams['grader'];
const same: Grader = {
  ...{ type: 'string_check', name: 'same', operation: 'eq' },
  ...{ input: '{{ sample.output_text }}', reference: '{{ item.label }}' },
};
const judge: Grader = {
  ...{ type: 'score_model', name: 'judge', model: baseModel.name, range: [0, 5] },
  input: [{ role: 'user', content: 'How good is {{ sample.output_text }}?' }],
};
/** Graders of ours, and forms that OpenAI's types do not have. */
const ofOurs = (grader: object): Grader => grader as Grader;

it('grades by a check of strings', async () => {
  const run = await graders.run({ grader: same, item: { label: 'yes' }, model_sample: 'yes' });
  expect(run).toMatchObject({
    reward: 1,
    sub_rewards: {},
    model_grader_token_usage_per_model: {},
    metadata: {
      ...{ name: 'same', type: 'string_check', scores: { same: 1 } },
      ...{ token_usage: null, sampled_model_name: null },
    },
  });
  expect(
    Object.values(run.metadata.errors).filter((flag) => flag !== false && flag !== null),
  ).toEqual([]);
  const other = await graders.run({ grader: same, item: { label: 'no' }, model_sample: 'yes' });
  expect(other.reward).toBe(0);
});

it('grades by several at once, one of which asks a model', async () => {
  const asked = await startEvaluator(gateway.nats, (_request, say) => {
    say({ kind: 'accepted' });
    say(text('{"result": 4}'));
    say(finish());
    say({ kind: 'done', usage });
  });
  const grader = ofOurs({
    ...{ type: 'multi', name: 'all', calculate_output: '0.5 * same + 0.1 * judge + program' },
    graders: {
      ...{ same, judge },
      program: { type: 'javascript', name: 'program', source: 'function grade() { return 0.25; }' },
    },
  });
  const run = await graders.run({ grader, item: { label: 'yes' }, model_sample: 'yes' });
  expect(run.reward).toBeCloseTo(1.15);
  expect(run).toMatchObject({
    sub_rewards: { same: 1, judge: 4, program: 0.25 },
    model_grader_token_usage_per_model: { [baseModel.name]: usage.total_tokens },
    metadata: { token_usage: usage.total_tokens, sampled_model_name: baseModel.name },
  });
  expect(asked.requests).toMatchObject([
    { messages: [{ role: 'user', content: 'How good is yes?' }] },
  ]);
});

it('tells by its flags what went wrong inside, and answers all the same', async () => {
  const flags = async (grader: Grader, item: object = {}) =>
    (await graders.run({ grader, item, model_sample: 'yes' })).metadata.errors;
  expect(await flags(same)).toMatchObject({ invalid_variable_error: true });
  expect(await flags(ofOurs({ ...judge, model: 'no-such-model' }))).toMatchObject({
    model_grader_server_error: true,
    model_grader_server_error_details: "The model 'no-such-model' does not exist.",
  });
  expect(
    await flags(
      ofOurs({ type: 'javascript', name: 'x', source: 'function grade() { for (;;); }' }),
    ),
  ).toMatchObject({
    python_grader_runtime_error: true,
    python_grader_runtime_error_details: 'The grader "x" was stopped: it ran longer than 1000 ms.',
  });
  const greedy = "function grade() { const all = []; for (;;) all.push('x'.repeat(1e6)); }";
  expect(await flags(ofOurs({ type: 'javascript', name: 'x', source: greedy }))).toMatchObject({
    python_grader_runtime_error: true,
    python_grader_runtime_error_details: expect.stringMatching(/memory|ran longer/),
  });
  expect(
    await flags({ type: 'python', name: 'x', source: 'def grade(s, i): return 1' }),
  ).toMatchObject({
    python_grader_server_error: true,
  });
  // The next one is graded as if nothing had been.
  expect(
    (await graders.run({ grader: same, item: { label: 'yes' }, model_sample: 'yes' })).reward,
  ).toBe(1);
});

it('ends a program that stays inside one built-in function, and grades by the others', async () => {
  const source = 'function grade() { return [].indexOf.call({ length: 2 ** 53 - 1 }, 1); }';
  const grader = ofOurs({
    ...{ type: 'multi', name: 'both', calculate_output: 'same + stuck' },
    graders: { stuck: { type: 'javascript', name: 'inner', source }, same },
  });
  const run = await graders.run({ grader, item: { label: 'yes' }, model_sample: 'yes' });
  expect(run).toMatchObject({
    ...{ reward: 0, sub_rewards: { same: 1 } },
    metadata: {
      errors: {
        python_grader_runtime_error: true,
        python_grader_runtime_error_details:
          'The grader "stuck" was stopped: it ran longer than 1000 ms.',
      },
    },
  });
});

it('validates graders', async () => {
  expect(await graders.validate({ grader: same })).toEqual({ grader: same });
  const refused = async (grader: object) =>
    graders.validate({ grader: ofOurs(grader) }).catch((error: unknown) => error);
  expect(await refused({ ...same, operation: 'is' })).toMatchObject({
    ...{ status: 400, param: 'grader.operation' },
  });
  expect(await refused({ type: 'python', name: 'p', source: 'x' })).toMatchObject({
    ...{ status: 400, param: 'grader' },
    message: expect.stringContaining('no sandbox for Python'),
  });
  expect(await refused({ ...same, reference: '{{ env.KEY }}' })).toMatchObject({ status: 400 });
  expect(
    await refused({ type: 'multi', name: 'm', graders: [same], calculate_output: 'other' }),
  ).toMatchObject({ status: 400, message: expect.stringContaining('no grader "other"') });
  expect(await refused({ ...judge, range: [1, 0] })).toMatchObject({ param: 'grader.range' });
});
