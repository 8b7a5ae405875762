import { z } from 'zod';
import { UnsupportedModelError } from './error.ts';

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

/** Throws UnsupportedModelError for a kind of scaling that the engine does not compute. */
export function parseScaling(file: string, rope: RawRope): null | RopeScaling {
  const type = rope.rope_type ?? rope.type ?? 'default';
  const need = (
    field: 'factor' | 'low_freq_factor' | 'high_freq_factor' | 'original_max_position_embeddings',
  ) => {
    const value = rope[field];
    if (value === undefined)
      throw new UnsupportedModelError(file, `rope ${field}`, `is missing for rope type "${type}"`);
    return value;
  };
  if (type === 'default') return null;
  if (type === 'linear') return { type, factor: need('factor') };
  if (type === 'llama3') {
    return {
      type,
      factor: need('factor'),
      lowFrequencyFactor: need('low_freq_factor'),
      highFrequencyFactor: need('high_freq_factor'),
      originalMaxPositions: need('original_max_position_embeddings'),
    };
  }
  throw new UnsupportedModelError(
    file,
    'rope type',
    `"${type}" is not supported (default, linear, llama3 are)`,
  );
}
