import { afterAll, describe, expect, it } from 'vitest';
import { decoderNames } from '../families/decoder-families.ts';
import { readTensor } from '../formats/safetensors.ts';
import { readReference, referenceModels } from '../parity/reference.ts';
import { meanDirection } from './embed.ts';
import { openGenerator } from './generator.ts';

const prompt = Int32Array.of(21, 3, 42, 55, 6);

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] as number), 0);
}

function farthest(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] as number))), 0);
}

it('the mean of states is their sum brought to length 1', () => {
  const states = Float32Array.of(3, 0, 1, 0, -1, 3);
  expect([...meanDirection(states, 2)].map((value) => value.toFixed(6))).toEqual([
    '0.707107',
    '0.707107',
  ]);
  expect([...meanDirection(new Float32Array(4), 2)]).toEqual([0, 0]);
});

describe.each(referenceModels)('embeddings of the tiny model "%s"', (name) => {
  const opened = (async () => {
    const reference = await readReference(name);
    const generator = await openGenerator({ model: reference.model, scoreTokens: 64 });
    return { reference, generator };
  })();
  afterAll(async () => (await opened).generator.dispose());

  it('point where the head reads the next token from', async () => {
    const { reference, generator } = await opened;
    const { config, tensors } = reference.model;
    const names = decoderNames(config);
    const head = tensors.get(`${config.tieEmbeddings ? names.embedding : names.head}.weight`);
    const weights = await readTensor(head ?? expect.fail('no head'));
    const [vector] = await generator.embed([Int32Array.of(21)]);
    const logits = Array.from({ length: config.vocabularySize }, (_, token) =>
      cosine(
        vector as Float32Array,
        weights.subarray(token * config.hiddenSize, (token + 1) * config.hiddenSize),
      ),
    );
    const request = { tokens: [21], maxTokens: 1, stopTokens: [], temperature: 0 };
    const next = await generator.generate(request).next();
    expect(next.value).toMatchObject({ token: logits.indexOf(Math.max(...logits)) });
  });

  it('are the same alone, in a crowd and again, and of length 1', async () => {
    const { generator } = await opened;
    const crowd = Array.from({ length: 23 }, (_, index) =>
      Int32Array.from(
        { length: 1 + ((index * 7) % 40) },
        (_, at) => 1 + ((index * 5 + at * 3) % 50),
      ),
    );
    const together = await generator.embed([prompt, ...crowd, prompt]);
    const alone = await generator.embed([prompt]);
    expect(farthest(together[0] as Float32Array, alone[0] as Float32Array)).toBeLessThan(1e-5);
    expect(farthest(together[24] as Float32Array, alone[0] as Float32Array)).toBeLessThan(1e-5);
    expect(await generator.embed([prompt])).toEqual(alone);
    for (const [index, input] of crowd.entries()) {
      const [single] = await generator.embed([input]);
      const vector = together[index + 1] as Float32Array;
      expect(farthest(vector, single as Float32Array)).toBeLessThan(1e-5);
      expect(cosine(vector, vector)).toBeCloseTo(1, 5);
    }
  });

  it('change with an adapter and not without it', async () => {
    const { reference, generator } = await opened;
    const base = await generator.embed([prompt]);
    const { rank = 0, alpha = 0 } = reference.training;
    const tensors = new Map(
      [...reference.tensors]
        .filter(([key]) => key.startsWith('start.'))
        .map(([key, { shape, data }]) => [
          key.slice('start.'.length),
          { shape, data: data.map((value) => value * 3) },
        ]),
    );
    const targets = [...reference.targets];
    generator.loadAdapter('strong', { rank, alpha, scale: alpha / rank, targets, tensors });
    const tuned = await generator.embed([prompt], { adapter: 'strong' });
    expect(farthest(tuned[0] as Float32Array, base[0] as Float32Array)).toBeGreaterThan(1e-3);
    expect(await generator.embed([prompt])).toEqual(base);
    await expect(generator.embed([prompt], { adapter: 'none' })).rejects.toThrow('"none"');
  });

  it('refuse what the model cannot read, by the number of the input', async () => {
    const { reference, generator } = await opened;
    const { vocabularySize } = reference.model.config;
    const long = new Int32Array(generator.maxContext + 1);
    await expect(generator.embed([prompt, new Int32Array()])).rejects.toThrow('input 1 has no');
    await expect(generator.embed([long])).rejects.toThrow('input 0 has');
    await expect(generator.embed([Int32Array.of(vocabularySize)])).rejects.toThrow(
      `input 0 holds token ${vocabularySize}`,
    );
    const signal = AbortSignal.abort(new Error('gone'));
    await expect(generator.embed([prompt], { signal })).rejects.toThrow('gone');
    expect(await generator.embed([new Int32Array(generator.maxContext)])).toHaveLength(1);
  });
});
