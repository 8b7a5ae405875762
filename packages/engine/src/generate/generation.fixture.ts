import type { ModelFolder } from '../families/model-folder.ts';
import { fillNormal, rootSeed } from '../nn/seed.ts';
import type { Reference } from '../parity/reference.ts';
import type { Adapter } from '../peft/peft.ts';
import { type VirtualTokens, virtualTensor } from '../peft/peft-virtual.ts';
import type { FinishReason, GeneratedToken } from './generator.ts';

/** Reads a whole answer. */
export async function readAnswer(
  stream: AsyncGenerator<GeneratedToken, FinishReason, undefined>,
): Promise<{ tokens: number[]; logprobs: number[]; reason: FinishReason }> {
  const tokens: number[] = [];
  const logprobs: number[] = [];
  for (;;) {
    const { value, done } = await stream.next();
    if (done) return { tokens, logprobs, reason: value };
    tokens.push(value.token);
    logprobs.push(value.logprob);
  }
}

/** The adapter that the recorded runs start from, made to matter. */
export function adapterOf(reference: Reference, factor = 1): Adapter {
  const { rank = 0, alpha = 0 } = reference.training;
  const tensors: Adapter['tensors'] = new Map();
  for (const [key, { shape, data }] of reference.tensors)
    if (key.startsWith('start.'))
      tensors.set(key.slice('start.'.length), { shape, data: data.map((x) => x * factor) });
  return { rank, alpha, scale: alpha / rank, targets: [...reference.targets], tensors };
}

/** The adapter with only the first ranks of each of its halves. */
export function narrowed(adapter: Adapter, rank: number): Adapter {
  const tensors: Adapter['tensors'] = new Map();
  for (const [name, { shape, data }] of adapter.tensors) {
    const [rows = 0, columns = 0] = shape;
    if (name.endsWith('.lora_A'))
      tensors.set(name, { shape: [rank, columns], data: data.subarray(0, rank * columns) });
    else {
      const kept = Float32Array.from(
        { length: rows * rank },
        (_, at) => data[Math.floor(at / rank) * columns + (at % rank)] ?? 0,
      );
      tensors.set(name, { shape: [rows, rank], data: kept });
    }
  }
  return { ...adapter, rank, tensors };
}

/** A prompt or prefix of so many virtual tokens at random, drawn from a number. */
export function virtualOf(
  { config }: ModelFolder,
  { method, count, seed = 1 }: Pick<VirtualTokens, 'method' | 'count'> & { seed?: number },
): VirtualTokens {
  const { hiddenSize, layers, keyValueHeads, headSize } = config;
  const width = method === 'prompt' ? hiddenSize : layers * 2 * keyValueHeads * headSize;
  const data = fillNormal(new Float32Array(count * width), rootSeed(seed), 1);
  return { method, count, tensors: new Map([[virtualTensor, { shape: [count, width], data }]]) };
}
