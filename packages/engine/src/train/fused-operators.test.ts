import { resolveRecipe } from '@lathe/recipe/recipe';
import { expect, it } from 'vitest';
import { causalLm } from '../objectives/causal-lm.ts';
import { readEncoderReference } from '../parity/encoder-reference.ts';
import { encoderRun } from '../parity/recorded-encoder-tasks.ts';
import { readReference } from '../parity/reference.ts';
import { describeWithKernels } from '../runtime/own-kernels.fixture.ts';
import { ranOperators } from './ran-operators.fixture.ts';
import type { TrainerOptions } from './trainer.ts';

/** How often each operator ran in one step with our kernels. */
async function runs<Example>(options: TrainerOptions<Example>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { type = '' } of await ranOperators(options, 'auto'))
    counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

// Each model has two layers, each of which attends in one block of queries.
await describeWithKernels(() => {
  it('are what a step of a Llama runs', async () => {
    const { model, examples } = await readReference('tied');
    const settings = resolveRecipe({ adaptation: { type: 'full' }, batchSize: 4 });
    const counts = await runs({ model, examples, settings, objective: causalLm });
    // The one that is left is the loss's.
    expect(counts).toMatchObject({ MaskedSoftmax: 2, SoftmaxGradient: 2, Softmax: 1 });
  });

  it('are what a step of a BERT runs', async () => {
    const bert = await readEncoderReference('bert');
    const counts = await runs(await encoderRun(bert, 'single-label', 'full'));
    expect(counts).toMatchObject({ MaskedSoftmax: 2, SoftmaxGradient: 2 });
    expect(counts.Softmax).toBeUndefined();
  });
}, ['auto']);
