/** The vectors of texts, which embeddings are made of, on every tiny decoder. */

import { afterAll, describe, expect, it } from 'vitest';
import { decoderNames } from '../families/decoder-families.ts';
import { readTensor } from '../formats/safetensors.ts';
import { adapterOf, virtualOf } from '../generate/generation.fixture.ts';
import { openGenerator } from '../generate/generator.ts';
import { readReference, referenceModels } from '../parity/reference.ts';
import { openPredictor } from './predictor.ts';
import { toUnitLength } from './unit-length.ts';

const prompt = Int32Array.of(21, 3, 42, 55, 6);
const methods = ['prompt', 'prefix'] as const;
const count = 5;
const question = { kind: 'vectors', pooling: 'mean', normalized: true } as const;

function product(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] as number), 0);
}

function farthest(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] as number))), 0);
}

it('a vector is brought to length 1, and one of 0 stays', () => {
  expect([...toUnitLength([3, 3])].map((value) => value.toFixed(6))).toEqual([
    '0.707107',
    '0.707107',
  ]);
  expect([...toUnitLength([0, 0])]).toEqual([0, 0]);
});

describe.each(referenceModels)('vectors of the tiny model "%s"', (name) => {
  const opened = (async () => {
    const reference = await readReference(name);
    const { model } = reference;
    const predictor = await openPredictor({ model, batchTokens: 64 });
    const generator = await openGenerator({ model });
    predictor.loadAdapter('strong', adapterOf(reference, 3));
    // All of its numbers are finite; what is computed with them is not.
    predictor.loadAdapter('poison', adapterOf(reference, 1e25));
    for (const method of methods) {
      const virtual = virtualOf(model, { method, count });
      predictor.loadAdapter(method, virtual);
      generator.loadAdapter(method, virtual);
    }
    return { reference, predictor, generator };
  })();
  afterAll(async () => {
    const { predictor, generator } = await opened;
    await predictor.dispose();
    await generator.dispose();
  });
  const vectors = async (
    inputs: readonly Int32Array[],
    options?: { readonly adapter?: string; readonly signal?: AbortSignal },
  ) => {
    const { predictor } = await opened;
    const texts = inputs.map((tokens) => ({ tokens }));
    return predictor.predict(question, texts, options);
  };
  const vector = async (input: Int32Array, adapter?: string): Promise<Float32Array> =>
    (await vectors([input], adapter === undefined ? {} : { adapter }))[0] ?? expect.fail();

  it.each([undefined, ...methods])(
    'point where the head reads the next token from, behind %s',
    async (adapter) => {
      const { reference, generator } = await opened;
      const { config, tensors } = reference.model;
      const { hiddenSize: width, vocabularySize } = config;
      const names = decoderNames(config);
      const head = tensors.get(`${config.tieEmbeddings ? names.embedding : names.head}.weight`);
      const weights = await readTensor(head ?? expect.fail('no head'));
      const one = await vector(Int32Array.of(21), adapter);
      const logits = Array.from({ length: vocabularySize }, (_, token) =>
        product(one, weights.subarray(token * width, (token + 1) * width)),
      );
      const request = { tokens: [21], maxTokens: 1, stopTokens: [], temperature: 0 };
      const named = adapter === undefined ? {} : { adapter };
      const next = await generator.generate({ ...request, ...named }).next();
      expect(next.value).toMatchObject({ token: logits.indexOf(Math.max(...logits)) });
    },
  );

  it('are the same alone, in a crowd and again, and of length 1', async () => {
    const crowd = Array.from({ length: 23 }, (_, index) =>
      Int32Array.from(
        { length: 1 + ((index * 7) % 40) },
        (_, at) => 1 + ((index * 5 + at * 3) % 50),
      ),
    );
    const together = await vectors([prompt, ...crowd, prompt]);
    const alone = await vector(prompt);
    expect(farthest(together[0] as Float32Array, alone)).toBeLessThan(1e-5);
    expect(farthest(together[24] as Float32Array, alone)).toBeLessThan(1e-5);
    expect(await vector(prompt)).toEqual(alone);
    for (const [index, input] of crowd.entries()) {
      const one = together[index + 1] as Float32Array;
      expect(farthest(one, await vector(input))).toBeLessThan(1e-5);
      expect(product(one, one)).toBeCloseTo(1, 5);
    }
  });

  it('change with an adapter and not without it', async () => {
    const base = await vector(prompt);
    const all = [];
    for (const adapter of ['strong', ...methods]) all.push(await vector(prompt, adapter));
    for (const [at, tuned] of all.entries())
      for (const other of [base, ...all.slice(0, at)])
        expect(farthest(tuned, other)).toBeGreaterThan(1e-3);
    expect(await vector(prompt)).toEqual(base);
    await expect(vector(prompt, 'none')).rejects.toThrow('"none"');
    await expect(vector(prompt, 'poison')).rejects.toThrow(
      'the hidden states of the model are not finite',
    );
  });

  it('refuse what the model cannot read, by the number of the input', async () => {
    const { reference, predictor } = await opened;
    const { vocabularySize } = reference.model.config;
    const { maxContext } = predictor;
    await expect(vectors([prompt, new Int32Array()])).rejects.toThrow('input 1 has no');
    await expect(vector(new Int32Array(maxContext + 1))).rejects.toThrow('input 0 has');
    await expect(vector(Int32Array.of(vocabularySize))).rejects.toThrow(
      `input 0 holds token ${vocabularySize}`,
    );
    const signal = AbortSignal.abort(new Error('gone'));
    await expect(vectors([prompt], { signal })).rejects.toThrow('gone');
    expect(await vector(new Int32Array(maxContext))).toBeDefined();
    for (const method of methods)
      await expect(vector(new Int32Array(maxContext - count + 1), method)).rejects.toThrow(
        `at most ${maxContext - count}`,
      );
  });
});
