import { resolveRecipe } from '@lathe/recipe/recipe';
import { describe, expect, it } from 'vitest';
import { causalLm } from '../objectives/causal-lm.ts';
import { readEncoderReference } from '../parity/encoder-reference.ts';
import { encoderRun } from '../parity/recorded-encoder-tasks.ts';
import { readReference } from '../parity/reference.ts';
import { ranOperators } from './ran-operators.fixture.ts';

type Operators = Awaited<ReturnType<typeof ranOperators>>;

/** Of every gradient of a block's weights, its block. */
function blocksOfGradients(nodes: Operators): number[] {
  return nodes.flatMap(({ name }) => {
    const block = /^gradient\..*layers?\.(\d+)\./.exec(name)?.[1];
    return block === undefined ? [] : [Number(block)];
  });
}

describe('what a training step does', () => {
  it('makes the gradients of a block before it goes on to the block below', async () => {
    const { model, examples } = await readReference('tied');
    const settings = resolveRecipe({ adaptation: { type: 'full' }, batchSize: 4 });
    const nodes = await ranOperators({ model, examples, settings, objective: causalLm });
    const blocks = blocksOfGradients(nodes);
    expect(blocks.length).toBeGreaterThanOrEqual(9 * model.config.layers);
    expect(blocks).toEqual(blocks.toSorted((a, b) => b - a));
    // What the embedding gets is rows.
    expect(nodes.some(({ name }) => name.startsWith('rows.0.'))).toBe(true);
  });

  it('does so where one gradient answers for several tables', async () => {
    const bert = await readEncoderReference('bert');
    const blocks = blocksOfGradients(
      await ranOperators(await encoderRun(bert, 'masked-lm', 'full')),
    );
    expect(blocks.length).toBeGreaterThan(20);
    expect(blocks).toEqual(blocks.toSorted((a, b) => b - a));
  });

  it('is done with the scores of the head before it makes gradients of blocks', async () => {
    const { model, examples } = await readReference('tied');
    const settings = resolveRecipe({ adaptation: { type: 'full' }, batchSize: 4 });
    const nodes = await ranOperators({ model, examples, settings, objective: causalLm });
    const first = nodes.findIndex(({ name }) => /^gradient\..*layers?\.\d+\./.test(name));
    const read = nodes.findLastIndex(({ type }) => type === 'ReduceMax');
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(first);
  });

  it('computes activations and the weights of attention again when the backward pass needs them', async () => {
    const { model, examples } = await readReference('tied');
    const settings = resolveRecipe({ adaptation: { type: 'full' }, batchSize: 4 });
    const nodes = await ranOperators({ model, examples, settings, objective: causalLm });
    const places = [...nodes.entries()].filter(([, { type }]) => type === 'QuickGelu');
    const { layers } = model.config;
    expect(places).toHaveLength(2 * layers);
    // Once for each block each way, and once for the head.
    expect(nodes.filter(({ type }) => type === 'Softmax')).toHaveLength(2 * layers + 1);
    // Between two of them lies a whole block: its gradients of nine weights, at least.
    const again = places.slice(layers).map(([at]) => at);
    for (const [at, place] of again.entries())
      if (at > 0) expect(place - (again[at - 1] ?? 0)).toBeGreaterThan(30);
  });
});
