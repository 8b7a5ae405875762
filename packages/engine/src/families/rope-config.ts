import { z } from 'zod';
import { UnsupportedModelError } from '../formats/error.ts';

export type RopeScaling =
  | { type: 'linear'; factor: number }
  | {
      type: 'llama3';
      factor: number;
      lowFrequencyFactor: number;
      highFrequencyFactor: number;
      originalMaxPositions: number;
    };

/** Rotary embedding of the first `rotarySize` numbers of every head. */
export type RopeConfig = {
  rotarySize: number;
  ropeTheta: number;
  ropeScaling: null | RopeScaling;
};

export const ropeSchema = z.looseObject({
  rope_type: z.string().optional(),
  type: z.string().optional(),
  rope_theta: z.number().positive().optional(),
  partial_rotary_factor: z.number().positive().max(1).optional(),
  factor: z.number().positive().optional(),
  low_freq_factor: z.number().positive().optional(),
  high_freq_factor: z.number().positive().optional(),
  original_max_position_embeddings: z.int().positive().optional(),
});
export type RawRope = z.infer<typeof ropeSchema>;

/**
 * `field` is where `rope` stands in config.json; `maxPositions` is what a scaling that does not name the lengths of pre-training was pre-trained with. Throws
 * UnsupportedModelError for a kind of scaling that the engine does not compute.
 */
export function parseScaling(
  file: string,
  { field, rope }: { readonly field: string; readonly rope: RawRope },
  maxPositions: number,
): null | RopeScaling {
  const type = rope.rope_type ?? rope.type ?? 'default';
  const need = (name: 'factor' | 'low_freq_factor' | 'high_freq_factor') => {
    const value = rope[name];
    if (value === undefined)
      throw new UnsupportedModelError(file, `${field}.${name}`, `is missing for "${type}"`);
    return value;
  };
  if (type === 'default') return null;
  if (type === 'dynamic') {
    // It begins behind the longest text that a model takes here.
    need('factor');
    return null;
  }
  if (type === 'linear') return { type, factor: need('factor') };
  if (type === 'llama3') {
    return {
      type,
      factor: need('factor'),
      lowFrequencyFactor: need('low_freq_factor'),
      highFrequencyFactor: need('high_freq_factor'),
      originalMaxPositions: rope.original_max_position_embeddings ?? maxPositions,
    };
  }
  const problem = `is "${type}"; supported: "default", "linear", "dynamic", "llama3"`;
  throw new UnsupportedModelError(file, `${field}.rope_type`, problem);
}
