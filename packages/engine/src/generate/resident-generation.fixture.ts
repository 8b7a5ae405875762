import { expect, it } from 'vitest';
import { readReference, referenceModels } from '../parity/reference.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import type { Device } from '../runtime/device.ts';
import { observed } from '../runtime/observed-device.fixture.ts';
import { Decoder } from './decoder.ts';
import { adapterOf, narrowed, readAnswer, virtualOf } from './generation.fixture.ts';
import { type Generator, openGenerator } from './generator.ts';
import { servedVirtualTokens } from './virtual-tokens.ts';
import { adapterFeeds, serveWeights } from './weights.ts';

const prompt = [21, 3, 42, 55, 6];
/** Largest difference of a logit or of a token's log-probability. */
const tolerance = 1e-4;

/** Generation on a device with a memory of its own against the same on the CPU, and what of it travels between the two. */
export function checkResidentGeneration(resident: Device): void {
  it.each(referenceModels)('gives the tokens and logits of the CPU: %s', async (name) => {
    const onCpu = await logitsOf(name, cpuDevice());
    const onDevice = await logitsOf(name, resident);
    expect(onDevice.length).toBe(onCpu.length);
    expect(largestDifference(onDevice, onCpu)).toBeLessThan(tolerance);
  });

  it.each(referenceModels)('reads behind virtual tokens as the CPU does: %s', async (name) => {
    const onCpu = await virtualLogitsOf(name, cpuDevice());
    const { device, traffic } = observed(resident);
    const onDevice = await virtualLogitsOf(name, device);
    expect(onDevice.length).toBe(onCpu.length);
    expect(largestDifference(onDevice, onCpu)).toBeLessThan(tolerance);
    expect(traffic.live).toBe(0);
  });

  it('answers requests that join and leave as the CPU does, each with an adapter or none', async () => {
    const [onCpu, onDevice] = [await answers(cpuDevice()), await answers(resident)];
    expect(onDevice.map(({ tokens }) => tokens)).toEqual(onCpu.map(({ tokens }) => tokens));
    const logprobs = (all: typeof onCpu) => all.flatMap((answer) => answer.logprobs);
    expect(largestDifference(logprobs(onDevice), logprobs(onCpu))).toBeLessThan(tolerance);
  });

  it('leaves the cache on the device: a token sends and fetches nothing of its size', async () => {
    const { model } = await readReference('gemma3');
    const { device, traffic } = observed(resident);
    const generator = await openGenerator({ model, device });
    const { layers, keyValueHeads, headSize, vocabularySize } = model.config;
    await generate(generator, 8);
    const before = { ...traffic };
    const tokens = 40;
    await generate(generator, tokens);
    // A prompt of 5 and 40 tokens fit into the first 64 places.
    const capacity = 64;
    const cache = 2 * layers * keyValueHeads * capacity * headSize * 4;
    const fetched = vocabularySize * 4;
    // The mask and the places of the past, and for the prompt and the arrangement of the cache a little more.
    const sent = 2 * capacity * 4 + 8;
    expect(traffic.fetched - before.fetched).toBe(tokens * fetched);
    expect(traffic.sent - before.sent).toBeLessThan(
      tokens * sent + 4 * capacity * keyValueHeads * 4,
    );
    expect(traffic.sent - before.sent).toBeLessThan((tokens * cache) / 4);
    await generator.dispose();
    expect(traffic.live).toBe(0);
  });

  it('holds as many tensors after 200 tokens as after 10, and no more memory', async () => {
    const { model } = await readReference('tied');
    const { device, traffic } = observed(resident);
    const generator = await openGenerator({ model, device });
    await generate(generator, 10);
    const { live } = traffic;
    await generate(generator, 100);
    const memory = process.memoryUsage().rss;
    await generate(generator, 100);
    expect(traffic.live).toBe(live);
    expect(traffic.mostLive - live).toBeLessThanOrEqual(4 * model.config.layers);
    expect(process.memoryUsage().rss - memory).toBeLessThan(32 << 20);
    await generator.dispose();
  });
}

async function generate(generator: Generator, tokens: number): Promise<void> {
  await readAnswer(generator.generate({ tokens: prompt, maxTokens: tokens, stopTokens: [] }));
}

/** Logits of prompts read in one piece and in two, and of steps between which a sequence joins and one leaves. */
async function logitsOf(name: (typeof referenceModels)[number], device: Device): Promise<number[]> {
  const reference = await readReference(name);
  const { model } = reference;
  const { maxPositions: maxContext } = model.config;
  const weights = await serveWeights(model);
  const decoder = new Decoder({ model, weights, device, maxContext, maxRows: 4 });
  const adapter = adapterFeeds(model, adapterOf(reference, 3));
  const cache = decoder.createCache();
  const all: number[] = [];
  const take = (logits: Float32Array) => void all.push(...logits);
  const step = async (adapters: (typeof adapter | undefined)[], from: number) => {
    const tokens = adapters.map((_, at) => from + at);
    for (const logits of await decoder.step(cache, { tokens, adapters })) take(logits);
  };
  const first = cache.open();
  take(await decoder.prefill(cache, { slot: first, tokens: prompt }));
  take(await decoder.prefill(cache, { slot: first, tokens: prompt.slice(2) }));
  await step([undefined], 7);
  const second = cache.open();
  // Where the context allows it longer than the first capacity, so that the cache of the first sequence grows.
  const long = Array.from({ length: Math.min(70, maxContext - 4) }, (_, at) => (at * 7) % 60);
  take(await decoder.prefill(cache, { slot: second, tokens: long, adapter }));
  await step([undefined, adapter], 11);
  const third = cache.open();
  take(await decoder.prefill(cache, { slot: third, tokens: prompt, adapter }));
  cache.close(first);
  await step([adapter, adapter], 13);
  cache.close(0);
  await step([adapter], 17);
  cache.dispose();
  await decoder.dispose();
  return all;
}

/** Logits of steps that a prompt, a prefix and no virtual tokens take together. */
async function virtualLogitsOf(
  name: (typeof referenceModels)[number],
  device: Device,
): Promise<number[]> {
  const { model } = await readReference(name);
  const weights = await serveWeights(model);
  const decoder = new Decoder({ model, weights, device, maxContext: 40, maxRows: 4 });
  const cache = decoder.createCache();
  const all: number[] = [];
  const learned = (['prompt', 'prefix'] as const).map((method) =>
    servedVirtualTokens(model, virtualOf(model, { method, count: 4 })),
  );
  for (const virtual of [...learned, undefined, learned[0]]) {
    const slot = cache.open();
    all.push(...(await decoder.prefill(cache, { slot, tokens: prompt.slice(slot), virtual })));
  }
  for (let step = 0; step < 2; step++) {
    const tokens = [7, 8, 9, 7];
    const adapters = tokens.map(() => undefined);
    for (const logits of await decoder.step(cache, { tokens, adapters })) all.push(...logits);
  }
  cache.dispose();
  await decoder.dispose();
  return all;
}

async function answers(device: Device) {
  const reference = await readReference('tied');
  const generator = await openGenerator({ model: reference.model, device, maxRows: 3 });
  generator.loadAdapter('strong', adapterOf(reference, 3));
  generator.loadAdapter('narrow', narrowed(adapterOf(reference, 4), 1));
  const ask = (adapter: string | undefined, at: number) =>
    readAnswer(
      generator.generate({
        tokens: [...prompt, at],
        maxTokens: 4 + ((7 * at) % 15),
        stopTokens: [],
        ...(adapter === undefined ? {} : { adapter }),
      }),
    );
  const all = await Promise.all(['strong', undefined, 'narrow', undefined, 'strong'].map(ask));
  await generator.dispose();
  return all;
}

function largestDifference(a: readonly number[], b: readonly number[]): number {
  return a.reduce((most, x, at) => Math.max(most, Math.abs(x - (b[at] ?? Number.NaN))), 0);
}
