/** Vectors of texts through the unmodified `openai` client, on the whole platform with the built-in model. */
import { readFile } from 'node:fs/promises';
import OpenAI, { toFile } from 'openai';
import { beforeAll, describe, expect, it } from 'vitest';
import { joinPlatform, type SharedPlatform } from './shared-platform.fixture.ts';

const width = 128;
const model = 'lathe-tiny';
const texts = [
  'The tracking number of my parcel does not work.',
  'My parcel has not arrived, and the tracking number is wrong.',
  'I forgot my password and cannot log in.',
];

let platform: SharedPlatform;
let client: OpenAI;

beforeAll(async () => {
  platform = await joinPlatform();
  client = platform.client.withOptions({ maxRetries: 0 });
});

/** The vectors of some texts, as the client decodes them; it asks for base64 by itself. */
async function embed(input: string | string[], name = model): Promise<number[][]> {
  const { data } = await client.embeddings.create({ model: name, input });
  return data.map(({ embedding }) => embedding);
}

async function embedOne(text: string, name = model): Promise<number[]> {
  return (await embed(text, name))[0] ?? expect.fail('no vector');
}

function farthest(a: readonly number[], b: readonly number[]): number {
  expect(a).toHaveLength(b.length);
  return Math.max(...a.map((value, at) => Math.abs(value - (b[at] as number))));
}

function cosine(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] as number), 0);
}

describe('the base model', () => {
  it('gives the same text the same vector of length 1, alone and among others', async () => {
    const list = await client.embeddings.create({ model, input: texts });
    expect(list).toMatchObject({ object: 'list', model });
    expect(list.data.map(({ object, index }) => [object, index])).toEqual(
      texts.map((_, index) => ['embedding', index]),
    );
    expect(list.usage.prompt_tokens).toBeGreaterThan(20);
    expect(list.usage.total_tokens).toBe(list.usage.prompt_tokens);
    let tokens = 0;
    for (const [index, text] of texts.entries()) {
      const vector = list.data[index]?.embedding ?? [];
      expect(vector).toHaveLength(width);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
      const alone = await client.embeddings.create({ model, input: text });
      tokens += alone.usage.prompt_tokens;
      expect(farthest(alone.data[0]?.embedding ?? [], vector)).toBeLessThan(1e-5);
      expect(await embedOne(text)).toEqual(alone.data[0]?.embedding);
    }
    expect(tokens).toBe(list.usage.prompt_tokens);
  });

  it('says as base64 on the wire what it says as numbers', async () => {
    const input = texts[0] as string;
    const numbers = await client.embeddings.create({ model, input, encoding_format: 'float' });
    expect(numbers.data[0]?.embedding).toEqual(await embedOne(input));
    const response = await fetch(`${platform.url}/v1/embeddings`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${platform.apiKey}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ model, input, encoding_format: 'base64' }),
    });
    const wire = (await response.json()) as { data: { embedding: string }[] };
    const bytes = Buffer.from(wire.data[0]?.embedding ?? '', 'base64');
    expect(bytes).toHaveLength(4 * width);
    expect(bytes.readFloatLE(4)).toBe(numbers.data[0]?.embedding[1]);
  });

  it('shortens vectors, and takes tokens for texts', async () => {
    const input = texts[0] as string;
    const whole = await embedOne(input);
    const { data } = await client.embeddings.create({ model, input, dimensions: 16 });
    const length = Math.hypot(...whole.slice(0, 16));
    expect(
      farthest(
        data[0]?.embedding ?? [],
        whole.slice(0, 16).map((x) => x / length),
      ),
    ).toBeLessThan(1e-6);
    const tokens = await client.embeddings.create({ model, input: [[5, 17, 42], [7]] });
    expect(tokens.usage.prompt_tokens).toBe(4);
    const one = await client.embeddings.create({ model, input: [5, 17, 42] });
    expect(farthest(one.data[0]?.embedding ?? [], tokens.data[0]?.embedding ?? [])).toBeLessThan(
      1e-5,
    );
  });

  it.each([
    [{ input: '' }, 'invalid_value', 'input'],
    [{ input: [] }, 'invalid_value', 'input'],
    [{ input: ['a', ''] }, 'invalid_value', 'input[1]'],
    [{ input: [[1], []] }, 'invalid_value', 'input[1]'],
    [{ input: ['a', 'b', 'word '.repeat(2000)] }, 'context_length_exceeded', 'input[2]'],
    [{ input: 'word '.repeat(2000) }, 'context_length_exceeded', 'input'],
    [{ input: [[1], [2048]] }, 'invalid_value', 'input[1]'],
    [{ input: [-1] }, 'invalid_value', 'input[0]'],
    [{ input: Array.from({ length: 2049 }, () => 'a') }, 'invalid_value', 'input'],
    [{ input: 'a', dimensions: width + 1 }, 'invalid_value', 'dimensions'],
    [{ input: 'a', encoding_format: 'hex' as 'float' }, 'invalid_value', 'encoding_format'],
    [{ input: 'a', tools: [] }, 'unsupported_parameter', 'tools'],
  ])(
    'refuses a request that it cannot answer, by the field at fault: %#',
    async (body, code, param) => {
      const error = await client.embeddings
        .create({ model, ...body })
        .catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(OpenAI.BadRequestError);
      expect(error).toMatchObject({ code, param });
    },
  );

  it('is the only one of its name', async () => {
    await expect(embedOne('a', 'nobody')).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
    });
  });
});

it('a tuned model has vectors of its own, and the base keeps its', async () => {
  const before = await embed(texts);
  const lines = (await readFile('examples/support-routing.jsonl', 'utf8')).split('\n').slice(0, 32);
  const file = await client.files.create({
    file: await toFile(Buffer.from(lines.join('\n')), 'rows.jsonl'),
    purpose: 'fine-tune',
  });
  const { id } = await client.fineTuning.jobs.create({
    model,
    training_file: file.id,
    hyperparameters: { n_epochs: 2, batch_size: 8 },
    ...{ lathe: { evaluation_rows: 4, few_shot_examples: 0, forgetting_questions: 0 } },
  });
  const job = () => client.fineTuning.jobs.retrieve(id);
  await expect.poll(async () => (await job()).status, { interval: 100 }).toBe('succeeded');
  const tuned = (await job()).fine_tuned_model ?? expect.fail('no model');
  const vectors = await embed(texts, tuned);
  expect(await embed(texts, tuned)).toEqual(vectors);
  for (const [index, vector] of vectors.entries()) {
    expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    expect(cosine(vector, before[index] ?? [])).toBeLessThan(0.9999);
  }
  const again = await embed(texts);
  for (const [index, vector] of again.entries())
    expect(farthest(vector, before[index] ?? [])).toBeLessThan(1e-5);
});
