import { beforeAll, expect, test } from 'vitest';
import { oneGateway } from '../integration/one-gateway.fixture.ts';
import { expectRefusal } from './refusal.fixture.ts';

const gateway = oneGateway();
let trainingFile: string;
beforeAll(async () => {
  trainingFile = await gateway.upload();
});

const same = {
  ...{ type: 'string_check', name: 'same', operation: 'eq' },
  ...{ input: '{{ sample.output_text }}', reference: '{{ item.answer }}' },
};
const rewarded = (hyperparameters: object, lathe: object = {}, grader: object = same) => ({
  method: { type: 'reinforcement', reinforcement: { grader, hyperparameters } },
  lathe,
});
const body = () => ({ model: 'lathe-tiny', training_file: trainingFile });

test.each([
  [
    { method: { type: 'reinforcement' } },
    'missing_parameter',
    'method.reinforcement',
    /reinforcement/,
  ],
  [
    rewarded({ reasoning_effort: 'high' }),
    'invalid_value',
    'method.reinforcement.hyperparameters.reasoning_effort',
    /do not reason before they answer/,
  ],
  [
    {
      method: {
        type: 'reinforcement',
        reinforcement: { grader: same, response_format: { type: 'json_object' } },
      },
    },
    'unsupported_parameter',
    'method.reinforcement.response_format',
    /response_format/,
  ],
  [
    rewarded({ compute_multiplier: 2 }, { reinforcement: { group_size: 4 } }),
    'invalid_value',
    'lathe.reinforcement.group_size',
    /set the same; give one/,
  ],
  [
    rewarded({}, { task: { type: 'reward' } }),
    'invalid_value',
    'lathe.reinforcement',
    /neither with 'lathe.preference' nor with the task reward/,
  ],
  [
    rewarded({}, { adaptation: { type: 'head' } }),
    'invalid_value',
    'lathe.adaptation',
    /take lora, ia3/,
  ],
  [
    rewarded({}, { preference: { loss: 'ipo' } }),
    'invalid_value',
    'lathe.reinforcement',
    /neither with 'lathe.preference'/,
  ],
  [
    rewarded({}, { early_stopping: { metric: 'exact_match' } }),
    'invalid_value',
    'lathe.early_stopping.metric',
    /watches the metric 'reward'/,
  ],
  [
    rewarded({}, {}, { ...same, reference: '{{ env.KEY }}' }),
    'invalid_value',
    'method.reinforcement.grader',
    /only item and sample/,
  ],
  [
    rewarded({}, {}, { type: 'python', name: 'p', source: 'x' }),
    'invalid_value',
    'method.reinforcement.grader',
    /no sandbox for Python/,
  ],
  [
    rewarded(
      {},
      {},
      {
        ...{ type: 'score_model', name: 'j', model: 'nobody' },
        input: [{ role: 'user', content: '{{ sample.output_text }}' }],
      },
    ),
    'model_not_found',
    'method.reinforcement.grader.model',
    /nobody/,
  ],
  [
    { lathe: { early_stopping: { metric: 'reward' } } },
    'invalid_value',
    'lathe.early_stopping.metric',
    /Only jobs of the method reinforcement/,
  ],
  [
    { lathe: { reinforcement: { beta: 0.1 } } },
    'invalid_value',
    'lathe.reinforcement',
    /belongs to the method reinforcement/,
  ],
])('%j is refused by name', (extra, code, param, message) =>
  expectRefusal(gateway, { ...body(), ...extra }, { code, param, message }),
);

test('a grader is refused that is larger than a job holds', async () => {
  const source = `function grade() { return 1; } // ${'x'.repeat(200_000)}`;
  const programs = ['a', 'b'].map((name) => ({ type: 'javascript', name, source }));
  const grader = { type: 'multi', name: 'all', calculate_output: 'a + b', graders: programs };
  await expectRefusal(
    gateway,
    { ...body(), ...rewarded({}, {}, grader) },
    {
      ...{ code: 'invalid_value', param: 'method.reinforcement.grader' },
      message: /takes 400 kB; at most 256 KiB/,
    },
  );
});

test('the models of a grader stand in the job by their own names, wherever an alias is moved', async () => {
  const alias = 'gpt-4.1';
  await gateway.client.post('/lathe/aliases', { body: { alias, model: 'lathe-tiny' } });
  const judge = {
    ...{ type: 'score_model', name: 'judge', model: alias },
    input: [{ role: 'user', content: '{{ sample.output_text }}' }],
  };
  const own = { ...judge, model: 'lathe-tiny' };
  const formula = { type: 'multi', name: 'm', calculate_output: 'judge' };
  for (const [asked, held] of [
    [judge, own],
    [
      { ...formula, graders: judge },
      { ...formula, graders: own },
    ],
    [
      { ...formula, graders: [judge] },
      { ...formula, graders: [own] },
    ],
  ] as const) {
    const response = await gateway.postJob({ ...body(), ...rewarded({}, {}, asked) });
    const { id } = (await response.json()) as { id: string };
    expect((await gateway.job(id)).grader).toEqual(held);
  }
});
