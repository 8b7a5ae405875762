import type { Products } from '@lathe/engine/device';
import type { Trainer } from '@lathe/engine/trainer';
import type { FromEngine } from './engine-message.ts';

const makers: Readonly<Record<Products, string>> = {
  onnxruntime: "ONNX Runtime's products",
  padded: "ONNX Runtime's products of padded widths",
  lathe: "the products of Lathe's kernels",
};

/** Goes on from a saved state. The job is told where it was begun with other products of matrices, or by an earlier Lathe, and of passes of another size. */
export async function goOn(
  trainer: Pick<Trainer<never>, 'restoreState' | 'step'>,
  folder: string,
  send: (message: FromEngine) => void,
): Promise<void> {
  const other = await trainer.restoreState(folder);
  if (other === undefined) return;
  const { before, now, passTokens } = other;
  const begun = `The run was made up to step ${trainer.step}`;
  const end = 'from here on it is the same run up to rounding.';
  const text =
    before === 'earlier'
      ? `${begun} by an earlier Lathe, which laid its steps out otherwise: ${end}`
      : `${begun} with ${makers[before]} and goes on with ${makers[now]}: ${end}`;
  const passes =
    passTokens === undefined
      ? ''
      : ` A pass has ${passTokens.now} tokens instead of ${passTokens.before}, by which dropout, if there is any, leaves out others.`;
  send({ kind: 'log', level: 'warn', text: text + passes });
}
