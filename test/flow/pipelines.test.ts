/**
 * Models of every task asked over HTTP: each answer equals that of transformers' pipeline on the same folder
 * (bench/reference/pipelines.py), also through the unmodified `@huggingface/inference` client.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceClient } from '@huggingface/inference';
import type OpenAI from 'openai';
import { beforeAll, describe, expect, it } from 'vitest';
import { joinPlatform, type SharedPlatform } from './shared-platform.fixture.ts';

type Recorded = {
  readonly pipeline: string;
  readonly inputs: unknown;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly answer: unknown;
};

const models = join(import.meta.dirname, '../../packages/testkit/fixtures/tasks');
const recorded = JSON.parse(await readFile(join(models, 'answers.json'), 'utf8')) as Readonly<
  Record<string, readonly Recorded[]>
>;
const tolerance = 1e-4;

let platform: SharedPlatform;
let openai: OpenAI;

beforeAll(async () => {
  platform = await joinPlatform();
  openai = platform.client;
});

const pipelineUrl = (model: string): string => `${platform.url}/v1/lathe/models/${model}/pipeline`;

async function post(url: string, body: unknown): Promise<{ status: number; json: unknown }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${platform.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, json: await response.json() };
}

const ask = (path: string, body: unknown) => post(`${platform.url}/v1/${path}`, body);
const askPipeline = async (model: string, body: unknown): Promise<unknown> => {
  const { status, json } = await post(pipelineUrl(model), body);
  return status === 200 ? json : expect.fail(JSON.stringify(json));
};

/** The same but for numbers, which may differ by the tolerance. */
function expectClose(found: unknown, wanted: unknown, at = 'answer'): void {
  if (typeof wanted === 'number' && typeof found === 'number') {
    if (Math.abs(found - wanted) <= tolerance * Math.max(1, Math.abs(wanted))) return;
    expect.fail(`${at} is ${found}, transformers says ${wanted}`);
  }
  // transformers decodes words of words twice, which breaks letters of several bytes; here they stay whole.
  if (isBroken(wanted, at)) return;
  if (typeof wanted !== 'object' || wanted === null) {
    expect(found, at).toBe(wanted);
    return;
  }
  expect(typeof found === 'object' && found !== null && Object.keys(found), at).toEqual(
    Object.keys(wanted).length === 0 ? [] : expect.arrayContaining(Object.keys(wanted)),
  );
  for (const [key, value] of Object.entries(wanted))
    expectClose((found as Record<string, unknown>)[key], value, `${at}.${key}`);
}

function isBroken(wanted: unknown, at: string): boolean {
  return typeof wanted === 'string' && wanted.includes('\ufffd') && /^by words.*word$/.test(at);
}

/** transformers' answer in the shape that Hugging Face's HTTP APIs have. */
function wantedOf({ pipeline, inputs, parameters, answer }: Recorded): unknown {
  if (pipeline === 'text-classification') {
    if (Array.isArray(inputs)) return answer;
    return [answer];
  }
  if (pipeline === 'question-answering' && parameters.top_k !== 1 && parameters.top_k !== undefined)
    return Array.isArray(answer) ? answer : [answer];
  return answer;
}

/** What is the default of transformers and not of the HTTP API. */
function parametersOf({ pipeline, parameters }: Recorded): object {
  const isClass = pipeline === 'text-classification';
  return isClass && !('top_k' in parameters) ? { ...parameters, top_k: 1 } : parameters;
}

describe.each(Object.keys(recorded))('"%s"', (model) => {
  const cases = (recorded[model] ?? []).filter(({ pipeline }) => pipeline !== 'embedding');
  it.each(cases)(
    'answers $pipeline of $inputs with $parameters as transformers does',
    async (each) => {
      const body = { inputs: each.inputs, parameters: parametersOf(each) };
      const byWords = ['first', 'average', 'max'].includes(
        String(each.parameters.aggregation_strategy),
      );
      expectClose(await askPipeline(model, body), wantedOf(each), byWords ? 'by words' : 'answer');
    },
  );
});

const clientFor = (model: string) =>
  new InferenceClient(platform.apiKey, { endpointUrl: pipelineUrl(model) });
const firstOf = (model: string, inputs?: unknown): Recorded =>
  recorded[model]?.find((each) => inputs === undefined || each.inputs === inputs) ??
  expect.fail(`nothing was recorded of ${model}`);

describe('the unmodified @huggingface/inference client', () => {
  it('tells labels of texts', async () => {
    const { inputs, answer } = firstOf('bert-intents', 'Great service, quick answers!');
    const parameters = { function_to_apply: 'none' } as const;
    const found = await clientFor('bert-intents').textClassification({
      inputs: String(inputs),
      parameters,
    });
    expectClose(found, answer);
  });

  it('finds entities', async () => {
    const [, simple = expect.fail()] = recorded['bert-tags'] ?? [];
    const found = await clientFor('bert-tags').tokenClassification({
      inputs: String(simple.inputs),
    });
    expectClose(found, simple.answer);
  });

  it('answers questions', async () => {
    const { inputs, answer } = firstOf('roberta-answers');
    const asked = inputs as { question: string; context: string };
    expectClose(await clientFor('roberta-answers').questionAnswering({ inputs: asked }), answer);
  });

  it('gets hidden states, words for masks and similarities', async () => {
    const { inputs, answer } = firstOf('bert-sentences');
    const sentences = clientFor('bert-sentences');
    expectClose(await sentences.featureExtraction({ inputs: String(inputs) }), answer);
    const masked = firstOf('bert-words');
    expectClose(
      await clientFor('bert-words').fillMask({ inputs: String(masked.inputs) }),
      masked.answer,
    );
    const similar = await sentences.sentenceSimilarity({
      inputs: {
        source_sentence: 'Great service!',
        sentences: ['Great service!', 'The soup was cold.'],
      },
    });
    expect(similar[0]).toBeCloseTo(1, 5);
    expect(similar[1]).toBeLessThan(1);
  });
});

describe('vectors of an encoder', () => {
  it('are made as its folder says, through the official client', async () => {
    const { inputs, answer } = (recorded['bert-sentences'] ?? []).at(-1) ?? expect.fail();
    const input = inputs as string[];
    const { data } = await openai.embeddings.create({ model: 'bert-sentences', input });
    expectClose(
      data.map(({ embedding }) => embedding),
      answer,
    );
  });

  it('order documents as their cosines do', async () => {
    const documents = ['The soup was cold.', 'Where is my card?', 'Great service!'];
    const query = 'Where is my new card?';
    const { data } = await openai.embeddings.create({
      model: 'bert-sentences',
      input: [query, ...documents],
    });
    const [first = [], ...others] = data.map(({ embedding }) => embedding);
    const cosines = others.map((vector) =>
      vector.reduce((sum, value, at) => sum + value * (first[at] ?? 0), 0),
    );
    const scored = await ask('score', {
      model: 'bert-sentences',
      text_1: query,
      text_2: documents,
    });
    expectClose(scored.json, {
      object: 'list',
      data: cosines.map((score, index) => ({ index, object: 'score', score })),
    });
    const ranked = await ask('rerank', {
      model: 'bert-sentences',
      query,
      documents,
      top_n: 2,
      return_documents: true,
    });
    const best = cosines
      .map((score, index) => ({
        index,
        relevance_score: score,
        document: { text: documents[index] },
      }))
      .toSorted((a, b) => b.relevance_score - a.relevance_score)
      .slice(0, 2);
    expectClose((ranked.json as { results: unknown }).results, best);
  });
});

it('classify tells every label in the order of the model', async () => {
  const all = (recorded['bert-intents'] ?? [])[1]?.answer as { label: string; score: number }[][];
  const input = (recorded['bert-intents'] ?? [])[1]?.inputs;
  const { json } = await ask('classify', { model: 'bert-intents', input });
  const data = all.map((labels, index) => ({
    index,
    label: labels[0]?.label,
    probs: ['card', 'money', 'praise', 'blame'].map(
      (name) => labels.find(({ label }) => label === name)?.score,
    ),
    num_classes: 4,
  }));
  expectClose(json, { object: 'list', model: 'bert-intents', data });
});

it('several labels moderate texts through the unmodified openai client', async () => {
  const model = 'distilbert-topics';
  const [, each = expect.fail()] = recorded[model] ?? [];
  const inputs = each.inputs as string[];
  const { results, ...head } = await openai.moderations.create({ model, input: inputs });
  expect(head).toEqual({ id: expect.stringMatching(/^modr-/), model });
  const wanted = (each.answer as { label: string; score: number }[][]).map((labels) =>
    Object.fromEntries(labels.map(({ label, score }) => [label, score])),
  );
  expectClose(
    results.map((result) => result.category_scores),
    wanted,
  );
  for (const [at, { flagged, categories }] of results.entries()) {
    const applies = Object.entries(wanted[at] ?? {}).map(([name, chance]) => [name, chance >= 0.5]);
    expect(categories).toEqual(Object.fromEntries(applies));
    expect(flagged).toBe(applies.some(([, does]) => does));
  }
  const [one] = (await openai.moderations.create({ model, input: inputs[0] ?? '' })).results;
  expect(one?.categories).toEqual(results[0]?.categories);
  await expect(openai.moderations.create({ input: 'a' })).rejects.toThrow(
    "400 Missing required parameter: 'model'",
  );
});

it('a model of one number scores texts', async () => {
  const [, all = expect.fail()] = recorded['modernbert-stars'] ?? [];
  const { json } = await ask('score', { model: 'modernbert-stars', text_1: all.inputs });
  const scores = (all.answer as { score: number }[][]).map(([first]) => first?.score);
  expectClose(
    (json as { data: { score: number }[] }).data.map(({ score }) => score),
    scores,
  );
});

describe('the wrong door', () => {
  const chat = (model: string) =>
    ask('chat/completions', { model, messages: [{ role: 'user', content: 'a' }] });
  it.each([
    ['a classifier asked to chat', () => chat('bert-intents'), '/v1/classify'],
    ['an encoder asked to chat', () => chat('bert-sentences'), '/v1/embeddings'],
    [
      'a tagger asked for vectors',
      () => ask('embeddings', { model: 'bert-tags', input: 'a' }),
      '/pipeline',
    ],
    [
      'a tagger asked to classify',
      () => ask('classify', { model: 'bert-tags', input: 'a' }),
      'bert-tags/pipeline',
    ],
    [
      'one label of several asked to moderate',
      () => ask('moderations', { model: 'bert-intents', input: 'a' }),
      '/v1/classify',
    ],
    [
      'a tagger asked to moderate',
      () => ask('moderations', { model: 'bert-tags', input: 'a' }),
      'bert-tags/pipeline',
    ],
    [
      'several labels asked for a score',
      () => ask('score', { model: 'bert-intents', text_1: 'a' }),
      '/v1/classify',
    ],
  ])('%s is a 400 that names the right one', async (_case, asked, door) => {
    const { status, json } = await asked();
    expect(status).toBe(400);
    expect(json).toMatchObject({ error: { code: 'unsupported_model', param: 'model' } });
    expect(JSON.stringify(json)).toContain(door);
  });
});

describe('what cannot be read', () => {
  it.each([
    ['bert-intents', { inputs: ['a', ''] }, 200, ''],
    ['bert-intents', { inputs: ['a', 'soup '.repeat(200)] }, 400, "'inputs[1]' has"],
    ['bert-words', { inputs: 'no mask' }, 400, "it has no '[MASK]'"],
    [
      'bert-words',
      { inputs: 'a [MASK]', parameters: { targets: [''] } },
      400,
      'parameters.targets',
    ],
    ['bert-answers', { inputs: 'a' }, 400, "'inputs'"],
    ['bert-answers', { inputs: { question: 'soup '.repeat(200), context: 'a' } }, 400, 'leaves'],
    ['bert-tags', { inputs: 'a', parameters: { colour: 1 } }, 400, 'parameters.colour'],
    ['nobody', { inputs: 'a' }, 404, "'nobody' does not exist"],
  ])('of %s: %j', async (model, body, status, message) => {
    const found = await post(pipelineUrl(model), body);
    expect(found.status).toBe(status);
    expect(JSON.stringify(found.json)).toContain(message);
  });
});
