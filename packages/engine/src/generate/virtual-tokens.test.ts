/** Prompts and prefixes that were learned, at serving: against the forward pass of training, and beside others. */

import { resolveRecipe } from '@lathe/recipe/recipe';
import { afterAll, describe, expect, it } from 'vitest';
import { causalLm } from '../objectives/causal-lm.ts';
import { startingGradients } from '../parity/parity.ts';
import { methodModels, recordedMethod } from '../parity/recorded-methods.ts';
import { readReference, referenceModels } from '../parity/reference.ts';
import { adapterOf, readAnswer, virtualOf } from './generation.fixture.ts';
import { openGenerator } from './generator.ts';

const prompt = [21, 3, 42, 55, 6];
const methods = ['prompt', 'prefix'] as const;
const count = 5;

it.each(methodModels.flatMap((name) => methods.map((method) => [name, method] as const)))(
  'examples have the loss behind it that peft gives them: %s, a %s',
  async (name, method) => {
    const { run, recording } = await recordedMethod(name, `${method}-tuning`);
    const generator = await openGenerator({ model: run.model });
    const tensors = new Map(run.adapter?.tensors);
    const count = tensors.get('prompt_embeddings')?.shape[0] ?? 0;
    generator.loadAdapter('recorded', { method, count, tensors });
    const { loss } = await generator.score(run.examples, { adapter: 'recorded' });
    expect(loss).toBeCloseTo(recording.loss, 5);
    await generator.dispose();
  },
);

describe.each(referenceModels)('virtual tokens on the tiny model "%s"', (name) => {
  const opened = (async () => {
    const reference = await readReference(name);
    const { model } = reference;
    const generator = await openGenerator({ model, scoreTokens: 64 });
    for (const method of methods)
      generator.loadAdapter(method, virtualOf(model, { method, count }));
    generator.loadAdapter('long', virtualOf(model, { method: 'prompt', count: 11, seed: 2 }));
    generator.loadAdapter('lora', adapterOf(reference, 3));
    return { reference, generator };
  })();
  afterAll(async () => (await opened).generator.dispose());
  const ask = async (adapter: string | undefined, tokens: number[], maxTokens: number) => {
    const { generator } = await opened;
    const named = adapter === undefined ? {} : { adapter };
    return readAnswer(generator.generate({ tokens, maxTokens, stopTokens: [], ...named }));
  };

  it.each(methods)('a %s scores examples as the forward pass of training', async (method) => {
    const { reference, generator } = await opened;
    const { model, examples } = reference;
    const settings = resolveRecipe({
      adaptation: { type: `${method}-tuning`, tokens: count },
    });
    const adapter = { tensors: new Map(virtualOf(model, { method, count }).tensors) };
    const run = { model, settings, examples, objective: causalLm, adapter };
    const shape = { rows: 8, tokens: 48, targets: 160, examples: 8 };
    const { loss } = await startingGradients(run, shape);
    expect((await generator.score(examples, { adapter: method })).loss).toBeCloseTo(loss, 5);
    expect(Math.abs((await generator.score(examples)).loss - loss)).toBeGreaterThan(1e-3);
  });

  it.each(methods)(
    'each token behind a %s has the probability of the whole pass',
    async (method) => {
      const { generator } = await opened;
      const { tokens, logprobs, reason } = await ask(method, prompt, 12);
      expect(reason).toBe('length');
      const all = [...prompt, ...tokens];
      const supervised = Uint8Array.from(all, (_, at) => (at >= prompt.length ? 1 : 0));
      const whole = { tokens: Int32Array.from(all), supervised };
      const { loss, tokenAccuracy } = await generator.score([whole], { adapter: method });
      expect(-logprobs.reduce((sum, x) => sum + x, 0) / tokens.length).toBeCloseTo(loss, 4);
      expect(tokenAccuracy).toBe(1);
    },
  );

  it('answers in one batch with prompts, a prefix, LoRA and none as each alone', async () => {
    const names = ['prefix', undefined, 'prompt', 'lora', 'long', 'prefix'];
    const one = (adapter: string | undefined, at: number) => ask(adapter, [...prompt, at], 6 + at);
    const alone = [];
    for (const [at, adapter] of names.entries()) alone.push(await one(adapter, at));
    const together = await Promise.all(names.map(one));
    for (const [at, { tokens, logprobs }] of together.entries()) {
      expect(tokens).toEqual(alone[at]?.tokens);
      for (const [step, logprob] of logprobs.entries())
        expect(logprob).toBeCloseTo(alone[at]?.logprobs[step] ?? Number.NaN, 4);
    }
    expect(new Set(alone.map(({ logprobs }) => logprobs[0])).size).toBe(names.length);
  });

  it('count as tokens of the context, and leave room for a text', async () => {
    const { reference, generator } = await opened;
    const { maxContext } = generator;
    for (const method of methods) {
      const { tokens, reason } = await ask(method, prompt, 10_000);
      expect(reason).toBe('length');
      expect(tokens).toHaveLength(maxContext - count - prompt.length + 1);
      const long = new Array<number>(maxContext - count).fill(1);
      await expect(ask(method, long, 1)).rejects.toThrow('behind 5 virtual ones leaves no room');
    }
    const whole = virtualOf(reference.model, { method: 'prefix', count: maxContext - 1 });
    expect(() => generator.loadAdapter('whole', whole)).toThrow('leave no room');
    const misfit = { method: 'prompt', count: 2 } as const;
    const tensors = new Map([['prompt_embeddings', { shape: [2, 3], data: new Float32Array(6) }]]);
    expect(() => generator.loadAdapter('misfit', { ...misfit, tensors })).toThrow(
      'prompt_embeddings is [2, 3], ',
    );
  });
});
