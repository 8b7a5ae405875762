import type { DecoderConfig } from '../families/decoder-config.ts';
import { modelTensors } from '../families/model-config.ts';
import { bytesOfToken } from '../generate/decode-cache.ts';

/** Answers that decode together. */
export const maxRows = 32;
/** Answers of which the keys and values stay with those of their prompts, which the next of their groups has too. */
const keptAnswers = 4;
const numberBytes = Float32Array.BYTES_PER_ELEMENT;

/**
 * What the sampler of a run holds in memory beside the trainer, in bytes: weights of its own in float32, and the keys and values
 * of as many answers as decode together and a few that stay, each of `tokens` with its prompt.
 * @example
 * const { config } = await openModelFolder('models/lathe-tiny');
 * samplerBytes(config, 256);
 */
export function samplerBytes(config: DecoderConfig, tokens: number): number {
  let numbers = 0;
  for (const [, { shape }] of modelTensors(config))
    numbers += shape.reduce((product, size) => product * size, 1);
  return (
    numberBytes * numbers + bytesOfToken(config) * tokens * maxRows + keptBytes(config, tokens)
  );
}

/** What of it is there for prompts that were read. */
export function keptBytes(config: DecoderConfig, tokens: number): number {
  return keptAnswers * tokens * bytesOfToken(config);
}
