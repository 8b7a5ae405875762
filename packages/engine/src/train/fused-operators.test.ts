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
  for (const { type = '' } of await ranOperators(options, { kernels: 'auto' }))
    counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

/** What ONNX Runtime norms by, and what gradients of norms are made of where they are not fused. */
const usualNorms = ['SimplifiedLayerNormalization', 'LayerNormalization', 'ReduceMean'];

// Each model has two layers, each of which attends in one block of queries.
await describeWithKernels(() => {
  it('are what a step of a Llama runs', async () => {
    const { model, examples } = await readReference('tied');
    const settings = resolveRecipe({ adaptation: { type: 'full' }, batchSize: 4 });
    const counts = await runs({ model, examples, settings, objective: causalLm });
    // The backward pass computes each again.
    expect(counts).toMatchObject({ MaskedSoftmax: 4, SoftmaxGradient: 2, SoftmaxCrossEntropy: 1 });
    for (const gone of ['Softmax', 'ReduceMax', 'GatherElements'])
      expect(counts[gone]).toBeUndefined();
  });

  it('are what a step of a BERT runs', async () => {
    const bert = await readEncoderReference('bert');
    const counts = await runs(await encoderRun(bert, 'single-label', 'full'));
    expect(counts).toMatchObject({ MaskedSoftmax: 4, SoftmaxGradient: 2 });
    expect(counts.Softmax).toBeUndefined();
  });

  // Two norms a block and one at the end; Qwen 3 norms queries and keys besides, Gemma 3 what comes out of both halves too.
  it.each([
    ['tied', 'RmsNorm', 2],
    ['qwen3', 'RmsNorm', 4],
    ['gemma3', 'RmsNorm', 6],
    ['gpt2', 'LayerNorm', 2],
  ] as const)(
    'are all norms of a step of the tiny "%s", both ways',
    async (name, norm, perBlock) => {
      const { model, examples } = await readReference(name);
      const norms = perBlock * model.config.layers + 1;
      for (const adaptation of [{ type: 'full' }, { type: 'lora', rank: 4 }] as const) {
        const settings = resolveRecipe({ adaptation, batchSize: 4 });
        const counts = await runs({ model, examples, settings, objective: causalLm });
        // Nothing below the first norm is trained by LoRA.
        const trained = adaptation.type === 'full' ? norms : norms - 1;
        expect(counts[`${norm}Gradient`], adaptation.type).toBe(trained);
        expect(counts[norm], adaptation.type).toBeGreaterThanOrEqual(norms);
        for (const usual of usualNorms) expect(counts, adaptation.type).not.toHaveProperty(usual);
      }
    },
  );

  it.each(['bert', 'modernbert'] as const)(
    'are all norms of a step of the tiny "%s"',
    async (name) => {
      const run = await encoderRun(await readEncoderReference(name), 'masked-lm', 'full');
      const norms = [...run.model.tensors.keys()].filter((each) => /norm.*weight$/i.test(each));
      const counts = await runs(run);
      expect(counts.LayerNormGradient).toBe(norms.length);
      expect(counts.LayerNorm).toBeGreaterThanOrEqual(norms.length);
      for (const usual of usualNorms) expect(counts).not.toHaveProperty(usual);
    },
  );
}, ['auto']);
