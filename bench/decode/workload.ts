/** What both programs of `npm run bench:decode` do. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { adaptedLinears } from '@lathe/engine/internal/adapt/targets';
import { writeLora } from '@lathe/engine/internal/peft/lora.fixture';
import type { ModelFolder } from '@lathe/engine/model-folder';
import { child, fillNormal, rootSeed, words } from '@lathe/engine/seed';

export const answerTokens = 32;
/** Tokens of a prompt that no other has, and those before them that all have where prompts are shared. */
export const ownTokens = 64;
export const sharedTokens = 192;
export const concurrencies = [1, 4, 16, 64] as const;
const mostAdapters = 16;
const rank = 8;

/** Requests that come at once. */
export type Batch = {
  /** Each with an adapter of its own (64 with 16 of them), or all to the base model behind one prompt. */
  readonly way: 'adapters' | 'shared';
  readonly requests: number;
  /** Of equal length. */
  readonly prompts: readonly (readonly number[])[];
  /** Names of adapters; empty: none. */
  readonly adapters: readonly string[];
};

/** What one program measured of a batch. */
export type DecodeResult = Pick<Batch, 'way' | 'requests'> & {
  /** What of the prompts was kept: nothing, what those of this batch share, or that from an earlier batch. */
  readonly kept: 'nothing' | 'first' | 'again';
  /** From the start of all to the end of the last, in seconds. */
  readonly seconds: number;
  /** Mean over the requests of the time to the first token, in seconds. */
  readonly firstToken: number;
  /** The first tokens of the first request, to see that both programs do the same. */
  readonly answer: readonly number[];
};

/** All batches of one way, the smallest first. */
export function batchesOf(way: Batch['way'], vocabulary: number, most: number): Batch[] {
  return concurrencies
    .filter((requests) => requests <= most)
    .map((requests) => {
      const each = Array.from({ length: requests }, (_, request) => request);
      return way === 'adapters'
        ? {
            ...{ way, requests },
            prompts: each.map((request) => drawn('prompt', request, { vocabulary })),
            adapters: each.map((request) => `a${request % mostAdapters}`),
          }
        : { ...{ way, requests, adapters: [] }, prompts: sharing(requests, 0, vocabulary) };
    });
}

/** Prompts that begin with the same tokens, others for each number of requests, and end with their own in each round. */
export function sharing(requests: number, round: number, vocabulary: number): number[][] {
  const shared = drawn('shared', requests, { vocabulary, tokens: sharedTokens });
  return Array.from({ length: requests }, (_, request) => [
    ...shared,
    ...drawn('own', 1000 * round + request, { vocabulary }),
  ]);
}

/** Token ids at random. */
function drawn(
  name: string,
  number: number,
  { vocabulary, tokens = ownTokens }: { readonly vocabulary: number; readonly tokens?: number },
): number[] {
  const seed = child(rootSeed(11), name, number);
  return Array.from({ length: tokens }, (_, at) => 3 + (words(seed, at).low % (vocabulary - 3)));
}

/** Writes the adapters that are not there yet; answers their folders. */
export async function makeAdapters(model: ModelFolder, folder: string): Promise<string[]> {
  const linears = adaptedLinears(model.config, 'all-linear');
  const targets = [...new Set(linears.map(({ module }) => module.split('.').at(-1) ?? ''))];
  const folders = Array.from({ length: mostAdapters }, (_, at) => join(folder, `adapter-${at}`));
  for (const [at, path] of folders.entries()) {
    const isThere = await access(join(path, 'adapter_config.json')).then(
      () => true,
      () => false,
    );
    if (isThere) continue;
    const tensors = new Map<string, { shape: number[]; data: Float32Array }>();
    for (const { module, inputs, outputs } of linears)
      for (const [half, shape] of [
        ['A', [rank, inputs]],
        ['B', [outputs, rank]],
      ] as const) {
        const name = `${module}.lora_${half}`;
        const data = new Float32Array(shape[0] * shape[1]);
        fillNormal(data, child(rootSeed(at), name), 0.02);
        tensors.set(name, { shape: [...shape], data });
      }
    await writeLora(path, {
      baseModel: model.name,
      rank,
      alpha: 2 * rank,
      dropout: 0,
      targets,
      tensors,
    });
  }
  return folders;
}
