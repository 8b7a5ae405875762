import { decoderNames } from '../families/decoder-families.ts';
import { encoderNames } from '../families/encoder-names.ts';
import type { ModelConfig } from '../families/model-config.ts';

/**
 * Learning rates that fall from the top of the model to the bottom (Howard and Ruder 2018; the rule of
 * ELECTRA): with L blocks, block i trains at decay^(L − i) of the run's rate, the embeddings at
 * decay^(L + 1), what comes after the blocks at 1.
 */
export function layerRate(config: ModelConfig, decay: number): (name: string) => number {
  if (decay === 1) return () => 1;
  const names = config.kind === 'decoder' ? decoderNames(config) : encoderNames(config);
  const [before = ''] = names.block(0).output.split('.0.');
  const inBlock = new RegExp(`^${before.replaceAll('.', '\\.')}\\.(\\d+)\\.`);
  const first = config.kind === 'decoder' ? decoderEmbeddings(config) : encoderEmbeddings(config);
  return (name) => {
    const block = inBlock.exec(name)?.[1];
    if (block !== undefined) return decay ** (config.layers - Number(block));
    return first.some((module) => name.startsWith(`${module}.`)) ? decay ** (config.layers + 1) : 1;
  };
}

function decoderEmbeddings(config: Extract<ModelConfig, { kind: 'decoder' }>): string[] {
  const { embedding, positions } = decoderNames(config);
  return [embedding, positions].filter((name) => name !== '');
}

function encoderEmbeddings(config: Extract<ModelConfig, { kind: 'encoder' }>): string[] {
  const { words, positions, types, embeddingNorm } = encoderNames(config);
  return [words, positions, types, embeddingNorm].filter((name) => name !== '');
}
