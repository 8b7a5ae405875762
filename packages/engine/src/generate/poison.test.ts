import { afterAll, describe, expect, it } from 'vitest';
import { readReference, referenceModels } from '../parity/reference.ts';
import { adapterOf, readAnswer } from './generation.fixture.ts';
import { openGenerator } from './generator.ts';

const [name] = referenceModels;
const opened = (async () => {
  const reference = await readReference(name);
  const generator = await openGenerator({ model: reference.model, maxRows: 3 });
  generator.loadAdapter('good', adapterOf(reference));
  // All of its numbers are finite; what is computed with them is not.
  generator.loadAdapter('poison', adapterOf(reference, 1e25));
  return generator;
})();
afterAll(async () => (await opened).dispose());

const request = { tokens: [21, 3, 42, 55, 6], maxTokens: 8, stopTokens: [] };

describe('an adapter whose numbers run out of range', () => {
  it('fails its own requests', async () => {
    const generator = await opened;
    const tokens = request.tokens.map((token) => token);
    const supervised = Uint8Array.of(0, 0, 1, 1, 1);
    const example = { tokens: Int32Array.from(tokens), supervised };
    await expect(readAnswer(generator.generate({ ...request, adapter: 'poison' }))).rejects.toThrow(
      'the logits of the model are not finite',
    );
    await expect(generator.score([example], { adapter: 'poison' })).rejects.toThrow(
      'the log-probabilities of the model are not finite',
    );
  });

  it('leaves those that decode beside and after it as they are alone', async () => {
    const generator = await opened;
    const good = { ...request, adapter: 'good' };
    const alone = await readAnswer(generator.generate(good));
    for (let round = 0; round < 3; round++) {
      const [first, poison, second] = await Promise.allSettled([
        readAnswer(generator.generate(good)),
        readAnswer(generator.generate({ ...request, adapter: 'poison' })),
        readAnswer(generator.generate(good)),
      ]);
      expect(poison.status).toBe('rejected');
      for (const answer of [first, second])
        expect(answer).toMatchObject({ value: { tokens: alone.tokens } });
    }
  });

  it('is not loaded where its products run out of range whatever they are multiplied with', async () => {
    const generator = await opened;
    const { model, ...reference } = await readReference(name);
    const adapter = adapterOf({ model, ...reference });
    const huge = (half: 'A' | 'B', value: number) => ({
      ...adapter,
      tensors: new Map(
        [...adapter.tensors].map(([key, { shape, data }]) => [
          key,
          { shape, data: key.endsWith(half) ? data.map(() => value) : data },
        ]),
      ),
    });
    // Beside others each row's part of the stack is a product with 0 or 1, and 0 · ∞ is NaN.
    for (const bad of [huge('A', 1e37), huge('B', 3e38), { ...adapter, scale: 1e300 }])
      expect(() => generator.loadAdapter('huge', bad)).toThrow(
        'the weights of the adapter of the model are not finite numbers',
      );
  });

  it('so does a prompt that cannot be read', async () => {
    const generator = await opened;
    const alone = await readAnswer(generator.generate(request));
    const [good, bad] = await Promise.allSettled([
      readAnswer(generator.generate(request)),
      readAnswer(generator.generate({ ...request, tokens: [1, 1_000_000] })),
    ]);
    expect(bad.status).toBe('rejected');
    expect(good).toMatchObject({ value: { tokens: alone.tokens } });
  });
});
