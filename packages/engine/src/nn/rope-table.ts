import type { RopeConfig, RopeScaling } from '../families/rope-config.ts';

/** Cosines and sines of rotary embeddings, each `[positions, rotarySize / 2]`, row by position. */
export type RopeTable = {
  readonly positions: number;
  readonly cos: Float32Array;
  readonly sin: Float32Array;
};

/**
 * The table for positions 0 … positions-1: angle = position · inverseFrequency_j, rounded to float32
 * where transformers rounds. `factor` multiplies both halves, which scales whatever is rotated: the
 * queries' table carries attention's 1/√headSize, so that no operator has to.
 */
export function ropeTable(settings: RopeConfig, positions: number, factor = 1): RopeTable {
  const frequencies = inverseFrequencies(settings);
  const half = frequencies.length;
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  for (let position = 0; position < positions; position++) {
    for (let index = 0; index < half; index++) {
      const angle = Math.fround(position * (frequencies[index] as number));
      cos[position * half + index] = Math.cos(angle) * factor;
      sin[position * half + index] = Math.sin(angle) * factor;
    }
  }
  return { positions, cos, sin };
}

/** θ^(−2j/rotarySize) for j < rotarySize/2, then scaled as the model's `rope_scaling` says. */
export function inverseFrequencies(settings: RopeConfig): Float32Array {
  const { rotarySize, ropeTheta, ropeScaling } = settings;
  return Float32Array.from({ length: rotarySize / 2 }, (_, index) =>
    scaleFrequency(Math.fround(ropeTheta ** -((2 * index) / rotarySize)), ropeScaling),
  );
}

/**
 * linear: f/factor. llama3, with wavelength w = 2π/f and original context L: f/factor when w > L/low,
 * f when w < L/high, and between them the blend (1−s)·f/factor + s·f, s = (L/w − low)/(high − low).
 */
function scaleFrequency(frequency: number, scaling: null | RopeScaling): number {
  if (scaling === null) return frequency;
  if (scaling.type === 'linear') return frequency / scaling.factor;
  const { factor, lowFrequencyFactor: low, highFrequencyFactor: high } = scaling;
  const turns = (scaling.originalMaxPositions * frequency) / (2 * Math.PI);
  if (turns < low) return frequency / factor;
  if (turns > high) return frequency;
  const share = (turns - low) / (high - low);
  return ((1 - share) * frequency) / factor + share * frequency;
}
