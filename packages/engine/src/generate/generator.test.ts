import { afterAll, describe, expect, it } from 'vitest';
import { readReference, referenceModels } from '../parity/reference.ts';
import { adapterOf, narrowed, readAnswer } from './generation.fixture.ts';
import { openGenerator } from './generator.ts';

const prompt = [21, 3, 42, 55, 6];

function sequence(tokens: readonly number[], from: number) {
  return {
    tokens: Int32Array.from(tokens),
    supervised: Uint8Array.from(tokens, (_, at) => (at >= from ? 1 : 0)),
  };
}

describe.each(referenceModels)('generation on the tiny model "%s"', (name) => {
  const opened = (async () => {
    const reference = await readReference(name);
    return { reference, generator: await openGenerator({ model: reference.model }) };
  })();
  afterAll(async () => (await opened).generator.dispose());

  it('scores examples as PyTorch does, with and without an adapter', async () => {
    const { reference, generator } = await opened;
    const base = await generator.score(reference.examples);
    expect(base.loss).toBeCloseTo(reference.loss, 4);
    generator.loadAdapter('recorded', adapterOf(reference));
    const adapted = await generator.score(reference.examples, { adapter: 'recorded' });
    expect(adapted.loss).toBeCloseTo(reference.loraLoss, 4);
  });

  it('gives the tokens of a prompt the probabilities that PyTorch gives them', async () => {
    const { reference, generator } = await opened;
    let sum = 0;
    let count = 0;
    for (const { tokens, supervised } of reference.examples) {
      const request = { tokens: [...tokens], maxTokens: 0, scoresPrompt: true, topLogprobs: 2 };
      const told = await Array.fromAsync(generator.generate(request));
      expect(told.map(({ token }) => token)).toEqual([...tokens.slice(1)]);
      for (const [at, { logprob, top }] of told.entries()) {
        expect(top).toHaveLength(2);
        expect(top[0]?.logprob).toBeGreaterThanOrEqual(logprob);
        if (supervised[at + 1] === 0) continue;
        sum -= logprob;
        count++;
      }
    }
    expect(sum / count).toBeCloseTo(reference.loss, 4);
  });

  it('scores a prompt of several pieces, under an adapter too, and goes on as without', async () => {
    const { reference, generator } = await opened;
    generator.loadAdapter('strong', adapterOf(reference, 3));
    const long = Array.from({ length: 45 }, (_, at) => (at * 7) % 50);
    for (const named of [{}, { adapter: 'strong' }]) {
      const request = { tokens: long, maxTokens: 3, stopTokens: [], ...named };
      const plain = await readAnswer(generator.generate(request));
      const told = await readAnswer(generator.generate({ ...request, scoresPrompt: true }));
      expect(told.tokens).toEqual([...long.slice(1), ...plain.tokens]);
      const { loss } = await generator.score([sequence(long, 1)], named);
      const prompt = told.logprobs.slice(0, long.length - 1);
      expect(-prompt.reduce((sum, x) => sum + x, 0) / prompt.length).toBeCloseTo(loss, 4);
    }
  });

  it('gives each generated token the probability that a whole forward pass gives it', async () => {
    const { reference, generator } = await opened;
    generator.loadAdapter('strong', adapterOf(reference, 3));
    const answers = [];
    for (const adapter of [undefined, 'strong']) {
      const named = adapter === undefined ? {} : { adapter };
      const { tokens, logprobs, reason } = await readAnswer(
        generator.generate({ tokens: prompt, maxTokens: 12, stopTokens: [], ...named }),
      );
      expect(tokens).toHaveLength(12);
      expect(reason).toBe('length');
      const whole = sequence([...prompt, ...tokens], prompt.length);
      const { loss, tokenAccuracy } = await generator.score([whole], named);
      expect(-logprobs.reduce((sum, x) => sum + x, 0) / 12).toBeCloseTo(loss, 4);
      expect(tokenAccuracy).toBe(1);
      answers.push(tokens.join());
    }
    expect(answers[0]).not.toBe(answers[1]);
  });

  it('answers requests that run together as it answers each alone', async () => {
    const { reference, generator } = await opened;
    generator.loadAdapter('strong', adapterOf(reference, 3));
    const requests = reference.examples.map((example, at) => ({
      tokens: [...example.tokens],
      maxTokens: 4 + at,
      stopTokens: [],
      ...(at % 2 === 0 ? {} : { adapter: 'strong' }),
    }));
    const alone = [];
    for (const request of requests)
      alone.push((await readAnswer(generator.generate(request))).tokens);
    const together = await Promise.all(
      requests.map(async (request) => (await readAnswer(generator.generate(request))).tokens),
    );
    expect(together).toEqual(alone);
  });

  it('stops at a stop token without giving it, and at the end of the context', async () => {
    const { generator } = await opened;
    const free = await readAnswer(
      generator.generate({ tokens: prompt, maxTokens: 6, stopTokens: [] }),
    );
    const third = free.tokens[2] as number;
    const first = free.tokens.indexOf(third);
    const stopped = await readAnswer(
      generator.generate({ tokens: prompt, maxTokens: 6, stopTokens: [third] }),
    );
    expect(stopped).toMatchObject({ tokens: free.tokens.slice(0, first), reason: 'stop' });
    const full = await readAnswer(
      generator.generate({ tokens: prompt, maxTokens: 10_000, stopTokens: [] }),
    );
    expect(full.reason).toBe('length');
    expect(full.tokens).toHaveLength(generator.maxContext - prompt.length + 1);
  });

  it('answers in one batch with several adapters and none as each alone', async () => {
    const { reference, generator } = await opened;
    generator.loadAdapter('strong', adapterOf(reference, 3));
    generator.loadAdapter('weak', adapterOf(reference, 1));
    generator.loadAdapter('narrow', narrowed(adapterOf(reference, 4), 1));
    const ask = (adapter: string | undefined, at: number) =>
      readAnswer(
        generator.generate({
          tokens: [...prompt, at],
          maxTokens: 6 + at,
          stopTokens: [],
          ...(adapter === undefined ? {} : { adapter }),
        }),
      );
    const names = ['strong', undefined, 'weak', 'narrow', 'strong'];
    const alone = [];
    for (const [at, name] of names.entries()) alone.push(await ask(name, at));
    const together = await Promise.all(names.map(ask));
    for (const [at, { tokens, logprobs }] of together.entries()) {
      expect(tokens).toEqual(alone[at]?.tokens);
      for (const [step, logprob] of logprobs.entries())
        expect(logprob).toBeCloseTo(alone[at]?.logprobs[step] ?? Number.NaN, 4);
    }
    expect(new Set(alone.map(({ logprobs }) => logprobs[0])).size).toBe(names.length);
  });

  it('draws the same answer from the same seed, and another from another', async () => {
    const { generator } = await opened;
    const draw = async (seed: number) =>
      (
        await readAnswer(
          generator.generate({
            tokens: prompt,
            maxTokens: 8,
            temperature: 1,
            seed,
            stopTokens: [],
          }),
        )
      ).tokens.join();
    expect(await draw(3)).toBe(await draw(3));
    expect(await draw(3)).not.toBe(await draw(4));
  });

  it('ends a cancelled request with an AbortError and goes on with the others', async () => {
    const { generator } = await opened;
    const cancel = new AbortController();
    const other = readAnswer(generator.generate({ tokens: prompt, maxTokens: 6, stopTokens: [] }));
    const stream = generator.generate(
      { tokens: prompt, maxTokens: 50, stopTokens: [] },
      cancel.signal,
    );
    await stream.next();
    cancel.abort();
    await expect(readAnswer(stream)).rejects.toThrow('cancelled');
    expect((await other).tokens).toHaveLength(6);
  });

  it('refuses an empty or too long prompt and an adapter that it does not know or that does not fit', async () => {
    const { reference, generator } = await opened;
    const ask = (request: { tokens: number[]; adapter?: string }) =>
      readAnswer(generator.generate({ maxTokens: 1, ...request }));
    await expect(ask({ tokens: [] })).rejects.toThrow('empty');
    await expect(ask({ tokens: new Array(generator.maxContext).fill(1) })).rejects.toThrow(
      'no room',
    );
    await expect(ask({ tokens: prompt, adapter: 'nobody' })).rejects.toThrow('"nobody"');
    const misfit = adapterOf(reference);
    misfit.tensors.set('model.layers.9.mlp.up_proj.lora_A', {
      shape: [4, 32],
      data: new Float32Array(128),
    });
    expect(() => generator.loadAdapter('misfit', misfit)).toThrow('layers.9');
  });
});
