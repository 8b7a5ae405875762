import { rm } from 'node:fs/promises';
import { loadChatTemplate, readChatTemplates } from '@lathe/tokenizer/chat-template';
import { endOfText, endOfTurn } from '@lathe/tokenizer/end-token';
import { loadTokenizer, type Tokenizer } from '@lathe/tokenizer/tokenizer';
import type { ModelFolder } from '../families/model-folder.ts';
import { openModelFolder } from '../families/model-folder.ts';
import { type Generator, openGenerator } from '../generate/generator.ts';
import { PrefixMemory } from '../generate/prefix-memory.ts';
import { child, type Seed } from '../nn/seed.ts';
import { readAdapterOf } from '../peft/peft-virtual.ts';
import type { Device } from '../runtime/device.ts';
import type { Trainer } from '../train/trainer.ts';
import { keptBytes, maxRows } from './sampler-bytes.ts';

/** An answer as the policy gave it. */
export type SampledAnswer = {
  /** With the token that ended it, where one did. */
  readonly completion: Int32Array;
  readonly text: string;
  /** True when it reached the longest length that answers may have. */
  readonly isTruncated: boolean;
  /** Mean of −ln p of its tokens before the temperature, in nats. */
  readonly surprise: number;
};

type SamplerOptions = {
  /** What training begins with. */
  readonly model: ModelFolder;
  readonly device: Device;
  /** Whether the run ends in an adapter, which is swapped beside its base model; else the whole model is opened anew. */
  readonly hasAdapter: boolean;
  /** Where the policy as it is now is written; removed afterwards. */
  readonly folder: string;
  readonly temperature: number;
  readonly maxCompletionTokens: number;
  /** Tokens of the longest prompt and its answer together. */
  readonly mostTokens: number;
  /** Told of every answer, for who watches for silence. */
  readonly onAnswer?: (() => void) | undefined;
};

/** Answers of the policy as it is now. */
export type Sampler = {
  /**
   * One answer to each prompt, drawn from a seed of its own: the same policy, prompts and seed give the same answers. All are
   * asked at once and in order, so that they decode together in the same way.
   */
  sample(
    policy: Pick<Trainer<never>, 'exportAdapter' | 'exportMerged'>,
    prompts: readonly Int32Array[],
    seed: Seed,
  ): Promise<SampledAnswer[]>;
  dispose(): Promise<void>;
};

const policyName = 'policy';

/** Opens the generator that a model which is served would answer with. */
export async function openSampler(options: SamplerOptions): Promise<Sampler> {
  const { model, device, hasAdapter, folder } = options;
  const tokenizer = await loadTokenizer(model.path);
  const stopTokens = await endsOf(model, tokenizer);
  // The answers of a group begin with the same prompt, which is read once.
  const prefixes = new PrefixMemory(keptBytes(model.config, options.mostTokens));
  let base: Generator | undefined;

  async function answer(generator: Generator, prompt: Int32Array, seed: number) {
    const tokens: number[] = [];
    let logprobs = 0;
    const stream = generator.generate({
      tokens: [...prompt],
      maxTokens: options.maxCompletionTokens,
      temperature: options.temperature,
      ...{ seed, stopTokens, givesStop: true },
      ...(hasAdapter && { adapter: policyName }),
    });
    for (;;) {
      const { value, done } = await stream.next();
      if (done) {
        options.onAnswer?.();
        return {
          completion: Int32Array.from(tokens),
          text: tokenizer.decode(tokens, { skipSpecial: true }),
          isTruncated: value === 'length',
          surprise: -logprobs / Math.max(1, tokens.length),
        };
      }
      tokens.push(value.token);
      logprobs += value.logprob;
    }
  }

  const all = (generator: Generator, prompts: readonly Int32Array[], seed: Seed) =>
    Promise.all(prompts.map((prompt, at) => answer(generator, prompt, seedOf(child(seed, at)))));

  return {
    async sample(policy, prompts, seed) {
      await rm(folder, { recursive: true, force: true });
      try {
        if (hasAdapter) {
          await policy.exportAdapter(folder);
          base ??= await openGenerator({ model, device, maxRows, prefixes });
          base.loadAdapter(policyName, await readAdapterOf(model, folder));
          return await all(base, prompts, seed);
        }
        await policy.exportMerged(folder);
        const whole = await openGenerator({
          ...{ model: await openModelFolder(folder), device, maxRows, prefixes },
        });
        try {
          return await all(whole, prompts, seed);
        } finally {
          await whole.dispose();
        }
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    async dispose() {
      await base?.dispose();
    },
  };
}

/** A node of the seed tree as the number that a request has: 53 bits of it. */
function seedOf({ low, high }: Seed): number {
  return (high % 2 ** 21) * 2 ** 32 + low;
}

/** Every token that ends an answer of a model which is served. */
async function endsOf({ path, config }: ModelFolder, tokenizer: Tokenizer): Promise<number[]> {
  const hasTemplate = (await readChatTemplates(path)).has('default');
  const turn = hasTemplate ? endOfTurn(tokenizer, await loadChatTemplate(path)) : undefined;
  const ends = [...config.eosTokens, await endOfText(path, tokenizer), turn];
  return [...new Set(ends.filter((token) => token !== undefined))];
}
