import type { DecoderConfig } from '../families/decoder-config.ts';
import type { ModelConfig } from '../families/model-config.ts';
import type { FolderTask } from '../predict/task-head.ts';
import { InferenceSession, Tensor } from '../runtime/onnxruntime.ts';
import type { ReplayPrompts } from './replay-prompts.ts';
import { type Outputs, tokenTypes } from './trainer-outputs.ts';

/** Tokens of a prompt that a decoder reads one by one, with what it has read in its cache. */
const steps = 4;

/**
 * What an ONNX export answers to the prompts in ONNX Runtime: one that writes text the beginning at once
 * and the last tokens one by one, so that its cache is tried too, any other at once.
 */
export async function onnxOutputs(
  file: string,
  { config, asked }: { readonly config: ModelConfig; readonly asked: FolderTask | undefined },
  prompts: ReplayPrompts,
): Promise<Outputs> {
  const session = await InferenceSession.create(file, {
    logSeverityLevel: 3,
  });
  try {
    if (config.kind === 'decoder' && asked === undefined)
      return { logits: await cachedLogits(session, config, prompts) };
    const { rows, tokens, ids } = prompts;
    const types = tokenTypes(config, prompts);
    const feeds: Record<string, Tensor> = {
      input_ids: int64(ids, [rows, tokens]),
      attention_mask: int64(new Int32Array(ids.length).fill(1), [rows, tokens]),
    };
    if (session.inputNames.includes('token_type_ids'))
      feeds.token_type_ids = int64(types, [rows, tokens]);
    const outputs = await session.run(feeds);
    return Object.fromEntries(
      Object.entries(outputs).map(([name, tensor]) => [name, tensor.data as Float32Array]),
    );
  } finally {
    await session.release();
  }
}

async function cachedLogits(
  session: InferenceSession,
  { layers, keyValueHeads, headSize, vocabularySize }: DecoderConfig,
  { rows, tokens, ids }: ReplayPrompts,
): Promise<Float32Array> {
  const logits = new Float32Array(rows * tokens * vocabularySize);
  let cache: Record<string, Tensor> = {};
  for (let layer = 0; layer < layers; layer++)
    for (const side of ['key', 'value'])
      cache[`past_key_values.${layer}.${side}`] = new Tensor('float32', new Float32Array(), [
        rows,
        keyValueHeads,
        0,
        headSize,
      ]);
  const first = Math.max(1, tokens - steps);
  for (let at = 0; at < tokens; ) {
    const count = at === 0 ? first : 1;
    const piece = new Int32Array(rows * count);
    for (let row = 0; row < rows; row++)
      piece.set(ids.subarray(row * tokens + at, row * tokens + at + count), row * count);
    const start = at;
    const outputs = await session.run({
      ...cache,
      input_ids: int64(piece, [rows, count]),
      attention_mask: int64(new Int32Array(rows * (at + count)).fill(1), [rows, at + count]),
      position_ids: int64(
        piece.map((_, index) => start + (index % count)),
        [rows, count],
      ),
    });
    const answer = outputs.logits!.data as Float32Array;
    const width = count * vocabularySize;
    for (let row = 0; row < rows; row++)
      logits.set(
        answer.subarray(row * width, (row + 1) * width),
        (row * tokens + at) * vocabularySize,
      );
    cache = Object.fromEntries(
      Object.entries(outputs)
        .filter(([name]) => name.startsWith('present.'))
        .map(([name, tensor]) => [name.replace('present', 'past_key_values'), tensor]),
    );
    at += count;
  }
  return logits;
}

function int64(data: Int32Array, shape: readonly number[]): Tensor {
  return new Tensor('int64', BigInt64Array.from(data, BigInt), shape);
}
