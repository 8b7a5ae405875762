import type { DecoderConfig } from './decoder-config.ts';
import { decoderNames } from './decoder-families.ts';

/** What a weight does, which decides how it starts and whether weight decay applies. */
export type TensorRole = 'embedding' | 'linear' | 'norm' | 'bias';

export type TensorPlan = { readonly shape: readonly number[]; readonly role: TensorRole };

/** A linear layer inside the blocks; `transposed`: its weight is stored [inputs, outputs]. */
export type LinearPlan = {
  readonly module: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly transposed: boolean;
};

/**
 * Every weight that a checkpoint of this architecture holds, in forward order. A tied head has no
 * tensor of its own: the input embedding is the only copy.
 * @example decoderTensors(model.config).get('model.norm.weight')?.shape;
 */
export function decoderTensors(config: DecoderConfig): Map<string, TensorPlan> {
  const { hiddenSize, vocabularySize, headSize } = config;
  const names = decoderNames(config);
  const tensors = new Map<string, TensorPlan>();
  const norm = (name: string, size: number): void => {
    if (name === '') return;
    tensors.set(`${name}.weight`, { shape: [size], role: 'norm' });
    if (config.norm === 'layer') tensors.set(`${name}.bias`, { shape: [size], role: 'bias' });
  };
  const linears = new Map(decoderLinears(config).map((linear) => [linear.module, linear]));
  const linear = (module: string, bias: boolean): void => {
    const plan = linears.get(module);
    if (plan === undefined) return;
    const { inputs, outputs, transposed } = plan;
    const shape = transposed ? [inputs, outputs] : [outputs, inputs];
    tensors.set(`${module}.weight`, { shape, role: 'linear' });
    if (bias) tensors.set(`${module}.bias`, { shape: [outputs], role: 'bias' });
  };
  const embedding = (name: string, rows: number): void => {
    tensors.set(`${name}.weight`, { shape: [rows, hiddenSize], role: 'embedding' });
  };
  embedding(names.embedding, vocabularySize);
  if (config.positions === 'learned') embedding(names.positions, config.maxPositions);
  for (let layer = 0; layer < config.layers; layer++) {
    const block = names.block(layer);
    norm(block.inputNorm, hiddenSize);
    for (const module of [block.fusedQueryKeyValue, block.query, block.key, block.value])
      linear(module, config.queryBias);
    if (config.queryKeyNorm) {
      norm(block.queryNorm, headSize);
      norm(block.keyNorm, headSize);
    }
    linear(block.output, config.outputBias);
    norm(block.postAttentionNorm, hiddenSize);
    norm(block.mlpNorm, hiddenSize);
    for (const module of [block.fusedGateUp, block.gate, block.up, block.down])
      linear(module, config.mlpBias);
    norm(block.postMlpNorm, hiddenSize);
  }
  norm(names.finalNorm, hiddenSize);
  if (!config.tieEmbeddings)
    tensors.set(`${names.head}.weight`, { shape: [vocabularySize, hiddenSize], role: 'linear' });
  return tensors;
}

/** The linear layers inside the blocks, in forward order. */
export function decoderLinears(config: DecoderConfig): LinearPlan[] {
  const { hiddenSize, intermediateSize, headSize, transposed } = config;
  const queries = config.heads * headSize;
  const keys = config.keyValueHeads * headSize;
  const names = decoderNames(config);
  return Array.from({ length: config.layers }, (_, layer) => {
    const block = names.block(layer);
    const plan = (module: string, inputs: number, outputs: number): LinearPlan => ({
      module,
      inputs,
      outputs,
      transposed,
    });
    const attention = config.fused
      ? [plan(block.fusedQueryKeyValue, hiddenSize, queries + 2 * keys)]
      : [
          plan(block.query, hiddenSize, queries),
          plan(block.key, hiddenSize, keys),
          plan(block.value, hiddenSize, keys),
        ];
    const up =
      config.fused && config.gatedMlp
        ? [plan(block.fusedGateUp, hiddenSize, 2 * intermediateSize)]
        : [
            ...(config.gatedMlp ? [plan(block.gate, hiddenSize, intermediateSize)] : []),
            plan(block.up, hiddenSize, intermediateSize),
          ];
    const output = plan(block.output, queries, hiddenSize);
    return [...attention, output, ...up, plan(block.down, intermediateSize, hiddenSize)];
  }).flat();
}
