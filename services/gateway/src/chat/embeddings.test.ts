import type { EmbeddingQuestion, EmbeddingReply } from '@lathe/contracts/message/embedding';
import { embeddingQuestionSchema } from '@lathe/contracts/message/embedding';
import { embeddingSubject, inferenceQueue } from '@lathe/contracts/subject';
import { APIError } from 'openai';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  baseModel,
  project,
  startGateway,
  type TestGateway,
} from '../integration/gateway.fixture.ts';

let gateway: TestGateway;

beforeAll(async () => {
  const waits = { inferenceAcceptMs: 300, inferenceSilenceMs: 1500 };
  gateway = await startGateway(waits);
  await gateway.addModel(baseModel);
});
afterAll(() => gateway.stop());

/** A small evaluator that says the same to every request, over the real wire, until the test ends. */
async function evaluator(replies: readonly EmbeddingReply[]) {
  const questions: EmbeddingQuestion[] = [];
  const cancelled: string[] = [];
  const { connection } = gateway.nats;
  const asked = connection.subscribe(embeddingSubject, {
    queue: inferenceQueue,
    callback: (_error, message) => {
      questions.push(embeddingQuestionSchema.parse(message.json()));
      for (const reply of replies) message.respond(JSON.stringify(reply));
    },
  });
  const left = connection.subscribe('lathe.inference.cancel.*', {
    callback: (_error, message) => void cancelled.push(message.subject),
  });
  onTestFinished(() => {
    asked.unsubscribe();
    left.unsubscribe();
  });
  await connection.flush();
  return { questions, cancelled };
}

const vectors = (...rows: readonly number[][]): EmbeddingReply => {
  const bytes = Buffer.alloc(4 * rows.flat().length);
  for (const [at, value] of rows.flat().entries()) bytes.writeFloatLE(value, 4 * at);
  return {
    kind: 'vectors',
    dimensions: rows[0]?.length ?? 1,
    data: bytes.toString('base64'),
  };
};
const done: EmbeddingReply = { kind: 'done', promptTokens: 7 };
const accepted: EmbeddingReply = { kind: 'accepted' };
const embed = (extra: object = {}) =>
  gateway.client.embeddings.create({ model: 'lathe-tiny', input: ['a', 'b', 'c'], ...extra });

test('pieces become one list, in order and in the form that was asked for', async () => {
  const pieces = [
    accepted,
    vectors([1, 0], [0, 1]),
    { kind: 'waiting' } as const,
    vectors([0.6, 0.8]),
  ];
  const { questions, cancelled } = await evaluator([...pieces, done]);
  const list = await embed({ encoding_format: 'float' });
  expect(list).toEqual({
    object: 'list',
    model: 'lathe-tiny',
    data: [
      { object: 'embedding', index: 0, embedding: [1, 0] },
      { object: 'embedding', index: 1, embedding: [0, 1] },
      { object: 'embedding', index: 2, embedding: [Math.fround(0.6), Math.fround(0.8)] },
    ],
    usage: { prompt_tokens: 7, total_tokens: 7 },
  });
  const decoded = await embed({ dimensions: 2 });
  expect(decoded.data[2]?.embedding).toEqual([Math.fround(0.6), Math.fround(0.8)]);
  expect(questions).toMatchObject([
    { project, inputs: ['a', 'b', 'c'], isList: true, dimensions: null },
    { dimensions: 2 },
  ]);
  expect(cancelled).toEqual([]);
});

test('one text or token list is one input', async () => {
  const { questions } = await evaluator([accepted, vectors([1, 0]), done]);
  for (const input of ['a', [1, 2], ['a'], [[1, 2]]]) await embed({ input });
  expect(questions.map(({ inputs, isList }) => [inputs, isList])).toEqual([
    [['a'], false],
    [[[1, 2]], false],
    [['a'], true],
    [[[1, 2]], true],
  ]);
});

describe('what goes wrong', () => {
  test('without an evaluator it is 503', async () => {
    await expect(embed()).rejects.toMatchObject({ status: 503, code: 'unavailable' });
  });

  test.each([
    ['too few vectors', [accepted, vectors([1, 0]), done], 500, 'internal_error'],
    ['no vectors', [accepted, done], 500, 'internal_error'],
    [
      'its own error',
      [
        accepted,
        {
          kind: 'error',
          error: { code: 'context_length_exceeded', message: 'Long.', param: 'input[1]' },
        },
      ],
      400,
      'context_length_exceeded',
    ],
  ] as const)('an evaluator that answers %s', async (_case, replies, status, code) => {
    await evaluator(replies);
    await expect(embed()).rejects.toMatchObject({ status, code });
  });

  test('an evaluator that falls silent is given up and told to stop', async () => {
    const { questions, cancelled } = await evaluator([accepted, vectors([1, 0])]);
    const refused = await embed().catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 504, code: 'timeout' });
    expect(refused).toBeInstanceOf(APIError);
    expect((refused as APIError).headers?.get('retry-after')).toBe('1');
    await expect
      .poll(() => cancelled)
      .toEqual([`lathe.inference.cancel.${questions[0]?.requestId}`]);
  });

  test('a client that leaves stops the work', async () => {
    const { questions, cancelled } = await evaluator([accepted]);
    const controller = new AbortController();
    const asked = gateway.client.embeddings
      .create({ model: 'lathe-tiny', input: 'a' }, { signal: controller.signal })
      .catch((error: unknown) => error);
    await expect.poll(() => questions.length).toBe(1);
    controller.abort();
    await asked;
    await expect.poll(() => cancelled.length).toBe(1);
  });

  test('more than NATS hands on is refused with the size', async () => {
    const input = Array.from({ length: 1200 }, () => 'x'.repeat(1000));
    await expect(embed({ input })).rejects.toMatchObject({ status: 400, param: 'input' });
  });
});
