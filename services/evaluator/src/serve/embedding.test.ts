import { freeze } from '@lathe/testkit/freeze';
import { startNats, type TestNats } from '@lathe/testkit/nats';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEvaluator, type TestEvaluator } from '../integration/evaluator.fixture.ts';

let nats: TestNats;
let folder: Awaited<ReturnType<typeof tempFolder>>;
let service: TestEvaluator;

beforeAll(async () => {
  nats = await startNats();
  folder = await tempFolder();
  // Small pieces, so that a request of a few texts is answered in several.
  const overrides = { waitingMs: 20, embeddingTokens: 40, embeddingVectorBytes: 3 * 32 * 4 };
  service = await openEvaluator({ natsUrl: nats.url, folder: folder.path }, overrides);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const one = async (change: Parameters<TestEvaluator['embed']>[0]): Promise<Float32Array> => {
  const { vectors, last } = await service.embed(change);
  return vectors[0] ?? expect.fail(JSON.stringify(last));
};

function farthest(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] as number))), 0);
}

describe('an embedding request', () => {
  it('is accepted, answered with a vector of length 1, and accounted for', async () => {
    const { vectors, replies, last } = await service.embed({});
    expect(replies[0]).toMatchObject({ kind: 'accepted', limits: { limitRequests: 32 } });
    expect(last).toEqual({ kind: 'done', promptTokens: 5 });
    expect(vectors).toHaveLength(1);
    expect(vectors[0]).toHaveLength(32);
    expect(Math.hypot(...(vectors[0] ?? []))).toBeCloseTo(1, 5);
    expect((await service.embed({})).vectors).toEqual(vectors);
  });

  it('answers many in order, in several pieces, as each alone', async () => {
    const inputs = Array.from({ length: 11 }, (_, index) => `text ${'x'.repeat(5 * index)}`);
    const { vectors, replies, last } = await service.embed({ inputs, isList: true });
    expect(replies.filter(({ kind }) => kind === 'vectors').length).toBeGreaterThan(4);
    expect(last).toEqual({ kind: 'done', promptTokens: inputs.join('').length });
    for (const [index, input] of inputs.entries())
      expect(farthest(vectors[index] as Float32Array, await one({ inputs: [input] }))).toBeLessThan(
        1e-5,
      );
  });

  it('takes tokens as they are, and reads no control token out of a text', async () => {
    const { tokenizer } = service.kit;
    const text = await one({ inputs: ['hello'] });
    expect(await one({ inputs: [tokenizer.encode('hello')] })).toEqual(text);
    const { last } = await service.embed({ inputs: ['<|end|>'] });
    expect(last).toEqual({ kind: 'done', promptTokens: 7 });
  });

  it('shortens vectors and brings them to length 1 again', async () => {
    const whole = await one({});
    const short = await one({ dimensions: 8 });
    const length = Math.hypot(...whole.subarray(0, 8));
    expect(short).toHaveLength(8);
    expect(
      farthest(
        short,
        whole.subarray(0, 8).map((value) => value / length),
      ),
    ).toBeLessThan(1e-6);
    expect((await service.embed({ dimensions: 33 })).last).toMatchObject({
      error: { code: 'invalid_value', param: 'dimensions' },
    });
  });

  it.each([
    [['x'.repeat(513)], false, 'context_length_exceeded', 'input', 'has 513 tokens'],
    [['a', 'x'.repeat(600)], true, 'context_length_exceeded', 'input[1]', 'at most 512'],
    [[[1], [2, 99_999]], true, 'invalid_value', 'input[1]', 'no token 99999'],
    [['a', ''], true, 'invalid_value', 'input[1]', 'no tokens'],
  ])('names what it cannot read: %#', async (inputs, isList, code, param, message) => {
    const { last, vectors } = await service.embed({ inputs, isList });
    expect(last).toMatchObject({ kind: 'error', error: { code, param } });
    expect(JSON.stringify(last)).toContain(message);
    expect(vectors).toEqual([]);
  });

  it('belongs to its project, as chats do', async () => {
    const model = await service.addTuned('adapter', 31);
    const { last } = await service.embed({ model, project: 'other' });
    expect(last).toMatchObject({ error: { code: 'model_not_found', param: 'model' } });
  });

  it('answers many requests at once', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => one({})));
    for (const vector of all) expect(farthest(vector, all[0] as Float32Array)).toBeLessThan(1e-6);
  });
});

it('a tuned model embeds through its adapter or its own weights; the base stays as it was', async () => {
  const base = await one({});
  const adapter = await service.addTuned('adapter');
  const merged = await service.addTuned('merged', 9);
  const vectors = [base, await one({ model: adapter }), await one({ model: merged })];
  expect(farthest(vectors[1] as Float32Array, base)).toBeGreaterThan(1e-4);
  expect(farthest(vectors[2] as Float32Array, base)).toBeGreaterThan(1e-4);
  expect(await one({})).toEqual(base);
});

it('ends clearly when the engine is killed, and answers again', async () => {
  await one({});
  const pid = service.enginePid ?? 0;
  await freeze(pid);
  let isKilled = false;
  const { last } = await service.embed({}, ({ kind }) => {
    if (kind === 'waiting' && !isKilled) isKilled = process.kill(pid, 'SIGKILL');
  });
  expect(last).toMatchObject({ kind: 'error', error: { code: 'unavailable' } });
  expect(await one({})).toHaveLength(32);
});
