import type { Device } from '@lathe/engine/device';
import { openGenerator } from '@lathe/engine/generator';
import type { AnyModelFolder } from '@lathe/engine/model-folder';
import { readAdapterOf } from '@lathe/engine/peft-virtual';
import { openPredictor } from '@lathe/engine/predictor';
import type { PrefixMemory } from '@lathe/engine/prefix-memory';
import { serveWeights } from '@lathe/engine/served-weights';
import { loadTokenizer } from '@lathe/tokenizer/tokenizer';
import { absentTokens } from './absent-tokens.ts';
import { type FormingGenerator, withForms } from './answer-forms.ts';
import type { PooledModel } from './model-pool.ts';

type PooledOptions = {
  readonly folder: string;
  readonly maxContext: number;
  /** Sequences that decode together at most. */
  readonly maxRows: number;
  /** Where keys and values of prompts stay; absent: nowhere. */
  readonly prefixes?: PrefixMemory | undefined;
  readonly device: Device;
};

/**
 * Opens a model for all that it can be asked, over weights that are in memory once: a decoder with a language-model
 * head to write text, and each to predict. Throws what opening it throws.
 */
export async function openPooledModel(
  model: AnyModelFolder,
  options: PooledOptions,
): Promise<PooledModel> {
  const weights = await serveWeights(model);
  const predictor = await openPredictor({ model, weights, ...options });
  const generator =
    predictor.task === undefined ? await writer(model, { ...options, weights }) : undefined;
  const needed = (): FormingGenerator => {
    if (generator !== undefined) return generator;
    throw new RangeError(`${model.name} writes no text`);
  };
  return {
    bytes: weights.bytes,
    generate: (request, signal) => needed().generate(request, signal),
    score: (examples, which) => needed().score(examples, which),
    predict: (question, texts, which) => predictor.predict(question, texts, which),
    async loadAdapter(folder) {
      const adapter = await readAdapterOf(model, folder);
      generator?.loadAdapter(folder, adapter);
      predictor.loadAdapter(folder, adapter);
      return bytesOf(adapter);
    },
    unloadAdapter(name) {
      generator?.unloadAdapter(name);
      predictor.unloadAdapter(name);
    },
    async dispose() {
      await generator?.dispose();
      await predictor.dispose();
    },
  };
}

async function writer(
  model: AnyModelFolder,
  {
    folder,
    prefixes,
    ...options
  }: PooledOptions & { readonly weights: Awaited<ReturnType<typeof serveWeights>> },
): Promise<FormingGenerator> {
  const { config } = model;
  if (config.kind !== 'decoder') throw new RangeError(`${model.name} is an encoder`);
  const absent = absentTokens(await loadTokenizer(folder), config.vocabularySize);
  const settings = { ...options, model: { ...model, config }, absentTokens: absent };
  return withForms(await openGenerator({ ...settings, ...(prefixes && { prefixes }) }), folder);
}

/** Bytes that an adapter takes beside its base. */
function bytesOf({ tensors, head }: Awaited<ReturnType<typeof readAdapterOf>>): number {
  return [...tensors.values(), ...(head?.values() ?? [])].reduce(
    (sum, { data }) => sum + data.byteLength,
    0,
  );
}
