import { UnsupportedModelError } from '../formats/error.ts';
import type { GgufFile } from '../gguf/read.ts';
import { inverseFrequencies } from '../nn/rope-table.ts';
import { shortest } from './fields.ts';

type Llama3 = {
  readonly factor: number;
  readonly lowFrequencyFactor: number;
  readonly highFrequencyFactor: number;
  readonly originalMaxPositions: number;
};

/** Divisors are float32, and so may differ from those of the very same scaling by rounding. */
const tolerance = 1e-5;

/**
 * Llama 3's scaling as config.json has it, found from what a file divides each frequency by, `rope_freqs.weight`: the
 * last divisor is the factor, and two of those between 1 and the factor give where the ramp begins and ends. Throws
 * UnsupportedModelError when no such scaling has these divisors.
 */
export async function llama3Scaling(
  gguf: GgufFile,
  { theta, rotary }: { readonly theta: number; readonly rotary: number },
): Promise<Record<string, unknown>> {
  const name = 'rope_freqs.weight';
  const [size] = gguf.tensors.get(name)!.shape;
  const refuse = (problem: string): never => {
    throw new UnsupportedModelError(gguf.path, `tensor ${name}`, problem);
  };
  if (size !== rotary / 2) refuse(`has ${size} numbers for ${rotary} that are rotated`);
  const divisors = await gguf.read(name);
  const plain = inverseFrequencies({ rotarySize: rotary, ropeTheta: theta, ropeScaling: null });
  const fits = (scaling: Llama3): boolean => {
    const scaled = inverseFrequencies({
      rotarySize: rotary,
      ropeTheta: theta,
      ropeScaling: { type: 'llama3', ...scaling },
    });
    return plain.every(
      (frequency, at) => Math.abs(frequency / scaled[at]! / divisors[at]! - 1) < tolerance,
    );
  };
  const found = candidates(divisors, plain).find(fits) ?? refuse("is no scaling as Llama 3's");
  return {
    rope_type: 'llama3',
    factor: found.factor,
    low_freq_factor: found.lowFrequencyFactor,
    high_freq_factor: found.highFrequencyFactor,
    original_max_position_embeddings: found.originalMaxPositions,
  };
}

/** The published settings first: what is between the factors alone would be told by their ratio only. */
function candidates(divisors: Float32Array, plain: Float32Array): Llama3[] {
  const factor = shortest(divisors.at(-1)!);
  const found: Llama3[] = [];
  for (let power = 13; power >= 0; power--) found.push(usual(factor, 2 ** power));
  for (let power = 14; power <= 20; power++) found.push(usual(factor, 2 ** power));
  // 1/divisor = (1 − s)/factor + s with s = (L/λ − low)/(high − low): a line over the frequency 1/λ.
  const inside = [...divisors.entries()].filter(
    ([, divisor]) => divisor > 1 + tolerance && divisor < factor * (1 - tolerance),
  );
  const [first, last] = [inside[0], inside.at(-1)];
  if (first === undefined || last === undefined || first === last) return found;
  const share = (divisor: number): number => (1 / divisor - 1 / factor) / (1 - 1 / factor);
  const inverseWave = (at: number): number => plain[at]! / (2 * Math.PI);
  const slope = (share(first[1]) - share(last[1])) / (inverseWave(first[0]) - inverseWave(last[0]));
  const low = slope * inverseWave(first[0]) - share(first[1]);
  for (const lowFrequencyFactor of [1, 0.5, 2, 4]) {
    const width = lowFrequencyFactor / low;
    found.push({
      factor,
      lowFrequencyFactor,
      highFrequencyFactor: Math.round((lowFrequencyFactor + width) * 1000) / 1000,
      originalMaxPositions: Math.round(slope * width),
    });
  }
  return found.filter(
    ({ originalMaxPositions: length, lowFrequencyFactor: from, highFrequencyFactor: to }) =>
      length >= 1 && from > 0 && to > from,
  );
}

const usual = (factor: number, originalMaxPositions: number): Llama3 => ({
  factor,
  lowFrequencyFactor: 1,
  highFrequencyFactor: 4,
  originalMaxPositions,
});
