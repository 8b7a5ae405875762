import type { LinearPlan, TensorPlan } from './decoder-tensors.ts';
import type { EncoderConfig } from './encoder-config.ts';
import { encoderNames } from './encoder-names.ts';

/** Every weight below the heads that a checkpoint of this architecture holds, in forward order. */
export function encoderTensors(config: EncoderConfig): Map<string, TensorPlan> {
  const { hiddenSize } = config;
  const names = encoderNames(config);
  const tensors = new Map<string, TensorPlan>();
  const embedding = (name: string, rows: number): void => {
    if (name !== '' && rows > 0)
      tensors.set(`${name}.weight`, { shape: [rows, hiddenSize], role: 'embedding' });
  };
  const norm = (name: string): void => {
    if (name === '') return;
    tensors.set(`${name}.weight`, { shape: [hiddenSize], role: 'norm' });
    if (config.normBias) tensors.set(`${name}.bias`, { shape: [hiddenSize], role: 'bias' });
  };
  const plans = new Map(encoderLinears(config).map((plan) => [plan.module, plan]));
  const linear = (module: string, bias: boolean): void => {
    const plan = plans.get(module);
    if (plan === undefined) return;
    tensors.set(`${module}.weight`, { shape: [plan.outputs, plan.inputs], role: 'linear' });
    if (bias) tensors.set(`${module}.bias`, { shape: [plan.outputs], role: 'bias' });
  };
  embedding(names.words, config.vocabularySize);
  embedding(names.positions, config.maxPositions + config.firstPosition);
  embedding(names.types, config.tokenTypes);
  norm(names.embeddingNorm);
  for (let layer = 0; layer < config.layers; layer++) {
    const block = names.block(layer);
    for (const module of [block.fusedQueryKeyValue, block.query, block.key, block.value])
      linear(module, config.attentionBias);
    linear(block.output, config.attentionBias);
    norm(block.attentionNorm);
    linear(block.up, config.mlpBias);
    linear(block.down, config.mlpBias);
    norm(block.mlpNorm);
  }
  norm(names.finalNorm);
  return tensors;
}

/** The linear layers inside the blocks, in forward order. */
export function encoderLinears(config: EncoderConfig): LinearPlan[] {
  const { hiddenSize, intermediateSize, fused } = config;
  const names = encoderNames(config);
  return Array.from({ length: config.layers }, (_, layer) => {
    const block = names.block(layer);
    const plan = (module: string, inputs: number, outputs: number): LinearPlan => ({
      module,
      inputs,
      outputs,
      transposed: false,
    });
    const attention = fused
      ? [plan(block.fusedQueryKeyValue, hiddenSize, 3 * hiddenSize)]
      : [block.query, block.key, block.value].map((name) => plan(name, hiddenSize, hiddenSize));
    return [
      ...attention,
      plan(block.output, hiddenSize, hiddenSize),
      plan(block.up, hiddenSize, (fused ? 2 : 1) * intermediateSize),
      plan(block.down, intermediateSize, hiddenSize),
    ];
  }).flat();
}
