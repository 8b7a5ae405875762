import type { Tensor } from '../graph/tensor.ts';
import type { Objective, StepContext } from '../objectives/objective.ts';
import { fillMicroBatch, type MicroBatch } from './packing.ts';

/** A step context whose measured log-probabilities may be missing: most objectives need none. */
export type BatchContext<Example> = Pick<StepContext<Example>, 'shape' | 'step'> &
  Partial<Pick<StepContext<Example>, 'reference' | 'estimate'>>;

/** A micro-batch of windows of examples as the inputs of the forward graph (see step/forward.ts). */
export function batchFeeds<Example>(
  objective: Objective<Example>,
  windows: readonly (readonly Example[])[],
  { shape, step, reference = unmeasured, estimate = unmeasured }: BatchContext<Example>,
): Record<string, Tensor> {
  const batch = fillMicroBatch(windows, shape, objective);
  return {
    ...textFeeds(objective, batch),
    ...objective.feeds(batch.placed, { shape, step, reference, estimate }),
  };
}

/** The inputs that say which tokens a micro-batch holds, and where. */
export function textFeeds<Example>(
  { types }: Pick<Objective<Example>, 'types'>,
  batch: MicroBatch<Example>,
): Record<string, Tensor> {
  const flat = (data: Int32Array): Tensor => ({ data, shape: [data.length], dtype: 'int32' });
  return {
    ...(types && { token_types: flat(tokenTypes(batch, types)) }),
    tokens: flat(batch.tokens),
    positions: flat(batch.positions),
    ends: flat(batch.ends),
  };
}

/** Those of the feeds that a program takes. */
export function feedsOf(
  { inputs }: { readonly inputs: readonly string[] },
  feeds: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(feeds).filter(([name]) => inputs.includes(name)));
}

/** Token types `[rows · tokens]`; padding is of type 0. */
function tokenTypes<Example>(
  { tokens, placed }: MicroBatch<Example>,
  types: (example: Example) => readonly Int32Array[],
): Int32Array {
  const all = new Int32Array(tokens.length);
  for (const { example, places } of placed)
    for (const [at, sequence] of types(example).entries()) all.set(sequence, places[at]?.[0]);
  return all;
}

function unmeasured(): never {
  throw new Error('the objective asks for log-probabilities that nobody has measured');
}
