import { newId } from '@lathe/contracts/id';
import { beforeAll, expect, test } from 'vitest';
import { baseModel } from '../integration/gateway.fixture.ts';
import { oneGateway } from '../integration/one-gateway.fixture.ts';
import { expectRefusal } from './refusal.fixture.ts';

const gateway = oneGateway();
let trainingFile: string;
beforeAll(async () => {
  trainingFile = await gateway.upload();
});

/** An eval, by default with a run in which a model was asked. */
async function makeEval(client = gateway.client, isAsked = true): Promise<string> {
  const { id } = await client.evals.create({
    data_source_config: { type: 'custom', item_schema: { type: 'object' } },
    testing_criteria: [
      {
        ...{ type: 'string_check', name: 'same', operation: 'eq' },
        ...{ input: '{{ item.text }}', reference: 'x' },
      },
    ],
  });
  const content = [{ item: { text: 'x' } }];
  const source = { type: 'file_content' as const, content };
  const template = [{ role: 'user' as const, content: '{{ item.text }}' }];
  const run = await client.evals.runs.create(id, {
    data_source: isAsked
      ? {
          ...{ type: 'completions', model: baseModel.name, source },
          input_messages: { type: 'template', template },
        }
      : { type: 'jsonl', source },
  });
  await client.evals.runs.cancel(run.id, { eval_id: id });
  return id;
}

const body = (evals: readonly string[], lathe: object = {}) => ({
  ...{ model: baseModel.name, training_file: trainingFile },
  lathe: { forgetting_evals: evals, ...lathe },
});

test('a job takes evals of its project that have asked a model', async () => {
  const id = await makeEval();
  const response = await gateway.postJob(body([id]));
  expect(response.status).toBe(200);
  const job = (await response.json()) as { id: string };
  expect((await gateway.job(job.id)).options.forgetting_evals).toEqual([id]);
});

test('evals that cannot be asked are refused by their place', async () => {
  const id = await makeEval();
  const unasked = await makeEval(gateway.client, false);
  const foreign = await makeEval(gateway.otherClient);
  for (const [evals, code, at, message] of [
    [[id, newId('eval')], 'not_found', 1, /names no eval/],
    [[foreign], 'not_found', 0, /names no eval/],
    [['../eval'], 'not_found', 0, /names no eval/],
    [[id, id], 'invalid_value', 1, /a second time/],
    [[unasked], 'invalid_value', 0, /no run asked a model.*begin such a run first/],
  ] as const)
    await expectRefusal(gateway, body(evals), {
      ...{ code, param: `lathe.forgetting_evals[${at}]`, message },
    });
  const full = {
    type: 'full',
    initial: 'random',
    tokenizer: { kind: 'byte_level_bpe', vocabulary_size: 300 },
  };
  await expectRefusal(gateway, body([id], { adaptation: full }), {
    ...{ code: 'invalid_value', param: 'lathe.forgetting_evals', message: /tokenizer of its own/ },
  });
});
