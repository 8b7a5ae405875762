/** Reported inputs that a whole platform is given: what it answers, trains, merges and exports is what the references give. */
import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportModel } from '@lathe/engine/internal/export/export';
import { readSafetensors, readTensor } from '@lathe/engine/safetensors';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { checkRows } from '@lathe/tokenizer/fit';
import { loadTokenizer } from '@lathe/tokenizer/tokenizer';
import type { OpenAI } from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPlatform, type TestPlatform } from '../flow/platform.fixture.ts';
import { readReported, reportedInputs, writeReportedFolder } from './reported-folder.fixture.ts';

const tiny = join(import.meta.dirname, '../../models/lathe-tiny');
const asked = [
  '05-rope-scaling-beside-parameters',
  '06-tied-with-its-own-head',
  '07-padded-vocabulary',
  '19-token-beyond-the-embedding',
] as const;

let folder: Awaited<ReturnType<typeof tempFolder>>;
beforeAll(async () => {
  folder = await tempFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

describe('on a platform', () => {
  let platform: TestPlatform;
  let client: OpenAI;
  beforeAll(async () => {
    const models = join(folder.path, 'models');
    await cp(tiny, join(models, 'lathe-tiny'), { recursive: true });
    for (const name of asked)
      await writeReportedFolder(join(models, name), await readReported(name));
    platform = await openPlatform({ models });
    client = platform.client;
  });
  afterAll(() => platform?.[Symbol.asyncDispose]());

  const ask = async (name: (typeof asked)[number]) => {
    const { ask: content } = await readReported(name);
    const messages = [{ role: 'user' as const, content }];
    const body = { model: name, messages, max_tokens: 1, temperature: 0, logprobs: true };
    return client.chat.completions.create({ ...body, top_logprobs: 4 });
  };

  it.each([asked[0], asked[1]])('%s', async (name) => {
    const { right } = await readReported(name);
    const { choices } = await ask(name);
    const first = choices[0]?.logprobs?.content?.[0]?.top_logprobs ?? [];
    const wanted = right['first token, log-probability'];
    expect(first.map(({ token }) => token.trim())).toEqual(wanted.map(([token]) => token));
    for (const [at, [, value]] of wanted.entries())
      expect(first[at]?.logprob).toBeCloseTo(value, 3);
  });

  it('07-padded-vocabulary', async () => {
    const { choices } = await ask(asked[2]);
    expect(choices[0]?.finish_reason).toMatch(/stop|length/);
    expect(await trained('07-padded-vocabulary', await chatRows(), { n_epochs: 1 })).toEqual([
      'succeeded',
      null,
    ]);
  });

  it('19-token-beyond-the-embedding', async () => {
    // It is refused when it is announced, and the log says why.
    await expect(ask(asked[3])).rejects.toMatchObject({ status: 404 });
    const model = join(folder.path, 'models', asked[3]);
    const tokenizer = await loadTokenizer(model);
    expect(() => checkRows(tokenizer, 2048)).toThrow(/has token 2048 .* the model has 2048 rows/);
  });

  const chatRows = async (): Promise<string[]> =>
    (await readFile(join(reportedInputs, '09b-chat-with-null-tools.jsonl'), 'utf8'))
      .trim()
      .split('\n');

  /** The end of a job on rows: its status and its error. */
  async function trained(
    model: string,
    rows: readonly string[],
    hyperparameters: { readonly n_epochs: number },
    type: 'supervised' | 'dpo' = 'supervised',
  ): Promise<unknown[]> {
    const { id } = await client.fineTuning.jobs.create({
      model,
      training_file: await platform.upload(rows),
      method: { type, [type]: { hyperparameters } },
    });
    const job = () => client.fineTuning.jobs.retrieve(id);
    const waits = { interval: 200 };
    await expect.poll(async () => (await job()).status, waits).toMatch(/succeeded|failed/);
    const { status, error } = await job();
    return [status, error?.message ?? null];
  }

  it('09-dpo-with-empty-tools', async () => {
    const file = join(reportedInputs, '09-dpo-with-empty-tools.jsonl');
    const rows = (await readFile(file, 'utf8')).trim().split('\n');
    expect(await trained('lathe-tiny', rows, { n_epochs: 1 }, 'dpo')).toEqual(['succeeded', null]);
  });

  it('09b-chat-with-null-tools', async () => {
    expect(await trained('lathe-tiny', await chatRows(), { n_epochs: 1 })).toEqual([
      'succeeded',
      null,
    ]);
  });
});

/** The first values of the first layer's queries in a folder that an adapter was merged into, or why it was refused. */
async function merged(name: string): Promise<readonly number[] | string> {
  const out = join(folder.path, `merged-${name}`);
  const adapter = join(reportedInputs, name);
  try {
    await exportModel({ model: tiny, adapter, kind: 'merged', out });
  } catch (error) {
    return String(error);
  }
  const { tensors } = await readSafetensors(join(out, 'model.safetensors'));
  const entry = tensors.get('model.layers.0.self_attn.q_proj.weight');
  return entry === undefined
    ? 'the weight is not there'
    : [...(await readTensor(entry)).subarray(0, 4)];
}

it('08-pissa-adapter', async () => {
  const result = await merged('08-pissa-adapter');
  if (typeof result === 'string') expect(result).toMatch(/init_lora_weights/);
  else expectNear(result, [-0.0056, -0.0639, 0.0951, -0.0863]);
});

it('16-regex-targets-adapter', async () => {
  expectNear(await merged('16-regex-targets-adapter'), [-0.0072, -0.072, 0.0942, -0.0837]);
});

/** Within a rounding of bfloat16. */
function expectNear(found: readonly number[] | string, wanted: readonly number[]): void {
  if (typeof found === 'string') expect.fail(found);
  for (const [at, value] of wanted.entries()) expect(found[at]).toBeCloseTo(value, 3);
}

it.each([
  ['11-modelfile-default-system', 'You work for Lathe Post.'],
  ['12-modelfile-tight-inst', '[INST]{{ .Content }}[/INST]'],
])('%s', async (name, holds) => {
  const model = join(folder.path, name);
  await mkdir(model);
  await writeReportedFolder(model, await readReported(name));
  const out = join(folder.path, `${name}-out`);
  const { notes } = await exportModel({ model, kind: 'modelfile', out });
  const modelfile = await readFile(join(out, 'Modelfile'), 'utf8');
  if (notes.length > 0) {
    expect(notes[0]).toContain('No TEMPLATE is written');
    expect(modelfile).not.toContain('TEMPLATE """');
  } else expect(modelfile).toContain(holds);
});
