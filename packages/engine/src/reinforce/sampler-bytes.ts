import type { DecoderConfig } from '../families/decoder-config.ts';
import { modelTensors } from '../families/model-config.ts';

/** Answers that decode together. */
export const maxRows = 32;
const numberBytes = Float32Array.BYTES_PER_ELEMENT;

/**
 * What the sampler of a run holds in memory beside the trainer, in bytes: weights of its own in float32, and the keys and values
 * of as many answers as decode together, each of `tokens` with its prompt.
 * @example
 * const { config } = await openModelFolder('models/lathe-tiny');
 * samplerBytes(config, 256);
 */
export function samplerBytes(config: DecoderConfig, tokens: number): number {
  let numbers = 0;
  for (const [, { shape }] of modelTensors(config))
    numbers += shape.reduce((product, size) => product * size, 1);
  const { layers, keyValueHeads, headSize } = config;
  return numberBytes * (numbers + 2 * layers * keyValueHeads * headSize * tokens * maxRows);
}
