/** What both programs of `npm run bench:decode` do. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { adaptedLinears } from '@lathe/engine/internal/adapt/targets';
import { writeLora } from '@lathe/engine/internal/peft/lora.fixture';
import type { ModelFolder } from '@lathe/engine/model-folder';
import { child, fillNormal, rootSeed, words } from '@lathe/engine/seed';

export const promptTokens = 64;
export const answerTokens = 32;
export const concurrencies = [1, 4, 16] as const;
export const mostAdapters = 16;
const rank = 8;

/** What one program measured at one number of requests. */
export type DecodeResult = {
  readonly requests: number;
  /** From the start of all to the end of the last, in seconds. */
  readonly seconds: number;
  /** Mean over the requests of the time to the first token, in seconds. */
  readonly firstToken: number;
  /** The first tokens of the first request, to see that both programs do the same. */
  readonly answer: readonly number[];
};

/** The prompt of a request: token ids that no request shares. */
export function promptOf(request: number, vocabulary: number): number[] {
  const seed = child(rootSeed(11), 'prompt', request);
  return Array.from(
    { length: promptTokens },
    (_, at) => 3 + (words(seed, at).low % (vocabulary - 3)),
  );
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
