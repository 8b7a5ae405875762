import type { Trainer } from '@lathe/engine/trainer';
import type { FromEngine } from './engine-message.ts';

const makers = { onnxruntime: "ONNX Runtime's products", lathe: "the products of Lathe's kernels" };

/** Goes on from a saved state. The job is told where it was begun with other products of matrices than it has here. */
export async function goOn(
  trainer: Pick<Trainer<never>, 'restoreState' | 'step'>,
  folder: string,
  send: (message: FromEngine) => void,
): Promise<void> {
  const before = await trainer.restoreState(folder);
  if (before === undefined) return;
  const now = before === 'lathe' ? 'onnxruntime' : 'lathe';
  const text = `The run was made up to step ${trainer.step} with ${makers[before]} and goes on with ${makers[now]}: from here on it is the same run up to rounding.`;
  send({ kind: 'log', level: 'warn', text });
}
