import { APIError } from 'openai';
import { beforeAll, expect, test } from 'vitest';
import { startGateway } from '../integration/gateway.fixture.ts';
import { oneGateway } from '../integration/one-gateway.fixture.ts';
import { expectRefusal } from './refusal.fixture.ts';

const gateway = oneGateway();
let trainingFile: string;

beforeAll(async () => {
  await gateway.addModel({
    version: 1,
    kind: 'adapter',
    name: 'ft:lathe-tiny:default::12345678',
    project: 'default',
    createdAt: 1,
    base: 'lathe-tiny',
    jobId: 'ftjob-12345678',
    step: 1,
    manifestKey: 'default/x',
  });
  trainingFile = await gateway.upload();
});

const body = () => ({ model: 'lathe-tiny', training_file: trainingFile });
const create = (extra: object) => gateway.client.fineTuning.jobs.create({ ...body(), ...extra });

test('an unknown model is a 400 that lists what there is', async () => {
  const error = await create({ model: 'gpt-9' }).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(APIError);
  expect(error).toMatchObject({ status: 400, code: 'model_not_found', param: 'model' });
  expect((error as APIError).message).toContain("'gpt-9' does not exist. There are: lathe-tiny.");
});

test('where no base model is served yet, another try may find one', async () => {
  const gateway = await startGateway();
  try {
    const training_file = await gateway.upload();
    const client = gateway.client.withOptions({ maxRetries: 0 });
    const created = client.fineTuning.jobs.create({ model: 'lathe-tiny', training_file });
    const message = '503 No base model is served yet; try again.';
    await expect(created).rejects.toMatchObject({ status: 503, code: 'unavailable', message });
  } finally {
    await gateway.stop();
  }
});

test.each([
  [{ training_file: undefined }, 'missing_parameter', 'training_file', /Missing required/],
  [{ training_file: 'file-doesnotexist' }, 'not_found', 'training_file', /file-doesnotexist/],
  [{ validation_file: 'file-doesnotexist' }, 'not_found', 'validation_file', /validation_file/],
  [{ colour: 'red' }, 'unsupported_parameter', 'colour', /'colour'/],
  [
    { hyperparameters: { n_epoch: 3 } },
    'unsupported_parameter',
    'hyperparameters.n_epoch',
    /n_epoch/,
  ],
  [
    { hyperparameters: { n_epochs: 99 } },
    'invalid_value',
    'hyperparameters.n_epochs',
    /expected at most 50\./,
  ],
  [
    { lathe: { adaptation: { type: 'full', tokenizer: { kind: 'unigram', vocabulary_size: 9 } } } },
    'invalid_value',
    'lathe.adaptation.tokenizer',
    /a new one goes with 'initial' 'random'/,
  ],
  [
    {
      lathe: {
        adaptation: {
          ...{ type: 'full', initial: 'random' },
          tokenizer: { kind: 'wordpiece', vocabulary_size: 900 },
        },
      },
    },
    'invalid_value',
    'lathe.adaptation.tokenizer.kind',
    /wordpiece keeps neither spaces nor capitals/,
  ],
  [
    {
      lathe: {
        adaptation: {
          ...{ type: 'full', initial: 'random' },
          tokenizer: { kind: 'unigram', vocabulary_size: 900, special_tokens: ['<a>', '<a>'] },
        },
      },
    },
    'invalid_value',
    'lathe.adaptation.tokenizer.special_tokens',
    /names a token twice/,
  ],
  [
    { hyperparameters: { n_epochs: 'lots' } },
    'invalid_value',
    'hyperparameters.n_epochs',
    /"auto"/,
  ],
  [
    { method: { type: 'other' } },
    'invalid_value',
    'method.type',
    /expected one of supervised, dpo, reinforcement/,
  ],
  [
    { method: { type: 'dpo', supervised: {} } },
    'unsupported_parameter',
    'method.supervised',
    /supervised/,
  ],
  [
    { method: { type: 'dpo', dpo: { hyperparameters: { beta: 3 } } } },
    'invalid_value',
    'method.dpo.hyperparameters.beta',
    /expected at most 2\./,
  ],
  [
    { method: { type: 'supervised', supervised: { hyperparameters: { beta: 0.1 } } } },
    'unsupported_parameter',
    'method.supervised.hyperparameters.beta',
    /beta/,
  ],
  [
    { method: { type: 'dpo' }, lathe: { label_smoothing: 0.1 } },
    'invalid_value',
    'lathe.label_smoothing',
    /lathe.preference.label_smoothing/,
  ],
  [
    { method: { type: 'dpo' }, lathe: { preference: { loss: 'ipo', gamma: 1 } } },
    'invalid_value',
    'lathe.preference.gamma',
    /only the loss simpo/,
  ],
  [
    {
      method: { type: 'dpo' },
      lathe: { adaptation: { type: 'full', initial: 'random' } },
    },
    'invalid_value',
    'lathe.adaptation.initial',
    /supervised/,
  ],
  [
    {
      method: { type: 'dpo', dpo: { hyperparameters: { batch_size: 1 } } },
      lathe: { preference: { loss: 'kto' } },
    },
    'invalid_value',
    'method.dpo.hyperparameters.batch_size',
    /at least 2/,
  ],
  [
    { method: { type: 'dpo' }, lathe: { preference: { undesirable_weight: 2 } } },
    'invalid_value',
    'lathe.preference.undesirable_weight',
    /only the loss kto/,
  ],
  [
    { lathe: { preference: { loss: 'ipo' } } },
    'invalid_value',
    'lathe.preference',
    /belongs to the method dpo/,
  ],
  [
    { method: { type: 'dpo' }, lathe: { sampled_prompts: 1 } },
    'invalid_value',
    'lathe.sampled_prompts',
    /belongs to the method supervised/,
  ],
  [{ suffix: 'a:b' }, 'invalid_value', 'suffix', /letters, digits/],
  [{ suffix: 'x'.repeat(65) }, 'invalid_value', 'suffix', /64/],
  [{ seed: -1 }, 'invalid_value', 'seed', /expected at least 0\./],
  [{ integrations: [{ type: 'wandb' }] }, 'invalid_value', 'integrations', /not supported/],
  [
    { lathe: { adaptation: { type: 'lora', ranks: 1 } } },
    'unsupported_parameter',
    'lathe.adaptation.ranks',
    /ranks/,
  ],
  [
    { lathe: { adaptation: { type: 'head' }, task: { type: 'generation' } } },
    'invalid_value',
    'lathe.adaptation',
    /The task generation has no head of its own to train alone/,
  ],
  [
    { lathe: { adaptation: { type: 'prefix-tuning', tokens: 0 } } },
    'invalid_value',
    'lathe.adaptation.tokens',
    /expected at least 1\./,
  ],
  [
    { lathe: { adaptation: { type: 'prompt-tuning', initial: 'text' } } },
    'invalid_value',
    'lathe.adaptation.initial',
    /go with initial 'text'/,
  ],
  [
    { lathe: { adaptation: { type: 'prompt-tuning', text: 'Hello', initial_tokens: [1] } } },
    'invalid_value',
    'lathe.adaptation.initial_tokens',
    /one of 'text' and 'initial_tokens'/,
  ],
  [
    { method: { type: 'dpo' }, lathe: { adaptation: { type: 'prompt-tuning' } } },
    'invalid_value',
    'lathe.adaptation.type',
    /sigmoid compares with the base model/,
  ],
  [
    { lathe: { adaptation: { type: 'lorra' } } },
    'invalid_value',
    'lathe.adaptation.type',
    /one of full, layers, lora/,
  ],
  [
    { lathe: { adaptation: { type: 'lora', dora: true, initial: 'pissa' } } },
    'invalid_value',
    'lathe.adaptation.dora',
    /PiSSA/,
  ],
  [
    { lathe: { adaptation: { type: 'lora', dora: true, base_bits: 4 } } },
    'invalid_value',
    'lathe.adaptation.base_bits',
    /plain LoRA/,
  ],
  [
    { lathe: { adaptation: { type: 'lora', base_bits: 4, base_tolerance: 0.1 } } },
    'invalid_value',
    'lathe.adaptation.base_tolerance',
    /goes with 'base_bits' 8/,
  ],
  [
    { lathe: { adaptation: { type: 'ia3', targets: ['k_proj'], feed_forward: ['down_proj'] } } },
    'invalid_value',
    'lathe.adaptation.feed_forward',
    /among the targets/,
  ],
  [{ lathe: { adaptation: { type: 'layers' } } }, 'invalid_value', 'lathe.adaptation', /either/],
  [
    { lathe: { optimizer: { type: 'sgd', beta1: 0.9 } } },
    'unsupported_parameter',
    'lathe.optimizer.beta1',
    /beta1/,
  ],
  [
    { lathe: { optimizer: { type: 'lion', weight_decay: 0.1 }, weight_decay: 0.1 } },
    'invalid_value',
    'lathe.weight_decay',
    /give one/,
  ],
  [
    { lathe: { warmup_steps: 3, warmup_ratio: 0.1 } },
    'invalid_value',
    'lathe.warmup_steps',
    /give one/,
  ],
  [
    { lathe: { minimum_rate: 0.1 } },
    'invalid_value',
    'lathe.minimum_rate',
    /cosine and wsd, not with linear/,
  ],
  [
    { lathe: { decay_ratio: 0.1, schedule: 'cosine' } },
    'invalid_value',
    'lathe.decay_ratio',
    /wsd, not with cosine/,
  ],
  [
    { lathe: { memory_limit: 2 ** 30, micro_batch_tokens: 64 } },
    'invalid_value',
    'lathe.micro_batch_tokens',
    /memory_limit/,
  ],
  [
    { lathe: { early_stopping: { patience: 0 } } },
    'invalid_value',
    'lathe.early_stopping.patience',
    /expected at least 1\./,
  ],
  [{ model: 'ft:lathe-tiny:default::12345678' }, 'unsupported_model', 'model', /is gone/],
  [
    { lathe: { learning_rate: 1e-3 }, hyperparameters: { learning_rate_multiplier: 2 } },
    'invalid_value',
    'lathe.learning_rate',
    /both/,
  ],
  [
    {
      hyperparameters: { n_epochs: 1 },
      method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 2 } } },
    },
    'invalid_value',
    'hyperparameters.n_epochs',
    /differ/,
  ],
])('%j is refused by name', (extra, code, param, message) =>
  expectRefusal(gateway, { ...body(), ...extra }, { code, param, message }),
);

test('files that are read together are there, and named once', async () => {
  const withFiles = (...more: string[]) => create({ lathe: { data: { more_files: more } } });
  const second = await gateway.upload();
  const param = 'lathe.data.more_files[1]';
  await expect(withFiles(second, 'file-doesnotexist')).rejects.toMatchObject({
    ...{ status: 400, code: 'not_found', param },
  });
  for (const twice of [second, trainingFile])
    await expect(withFiles(second, twice)).rejects.toMatchObject({
      ...{ status: 400, code: 'invalid_value', param },
    });
});

test('a file of another purpose cannot be trained on', async () => {
  const error = await create({ training_file: await gateway.upload('evals') }).catch(
    (cause) => cause,
  );
  expect(error).toMatchObject({ status: 400, param: 'training_file' });
  expect(error.message).toContain("'fine-tune'");
});
