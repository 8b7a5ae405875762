import { CheckpointError, UnsupportedModelError } from '../formats/error.ts';
import type { DecoderConfig } from './decoder-config.ts';
import { decoderFamilies } from './decoder-families.ts';
import {
  decoderLinears,
  decoderTensors,
  type LinearPlan,
  type TensorPlan,
} from './decoder-tensors.ts';
import { type EncoderConfig, encoderTypes, parseEncoderConfig } from './encoder-config.ts';
import { encoderLinears, encoderTensors } from './encoder-tensors.ts';
import { parseDecoderConfig } from './parse-decoder-config.ts';

/** The architecture of any model that the engine can compute. */
export type ModelConfig = DecoderConfig | EncoderConfig;

/**
 * Reads a parsed `config.json`. Throws UnsupportedModelError naming the field that cannot be honoured, and
 * CheckpointError where it is no object.
 */
export function parseModelConfig(file: string, json: unknown): ModelConfig {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new CheckpointError(file, 'it is not a JSON object');
  const given = json as Readonly<Record<string, unknown>>;
  const encoder = encoderTypes.find((name) => name === given.model_type);
  if (encoder !== undefined) return parseEncoderConfig(file, encoder, given);
  if (decoderFamilies.has(String(given.model_type))) return parseDecoderConfig(file, given);
  const known = [...decoderFamilies.keys(), ...encoderTypes].map((name) => `"${name}"`).join(', ');
  const problem = `is ${JSON.stringify(given.model_type)}; supported: ${known}`;
  throw new UnsupportedModelError(file, 'model_type', problem);
}

/** Every weight of the architecture, in forward order; of an encoder those below its heads. */
export function modelTensors(config: ModelConfig): Map<string, TensorPlan> {
  return config.kind === 'decoder' ? decoderTensors(config) : encoderTensors(config);
}

/** The linear layers inside the blocks, in forward order. */
export function modelLinears(config: ModelConfig): LinearPlan[] {
  return config.kind === 'decoder' ? decoderLinears(config) : encoderLinears(config);
}
