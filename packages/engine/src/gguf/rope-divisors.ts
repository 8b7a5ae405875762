import type { DecoderConfig } from '../families/decoder-config.ts';
import { inverseFrequencies } from '../nn/rope-table.ts';

/**
 * Llama 3's scaling as llama.cpp has it: what each frequency is divided by, `rope_freqs.weight`
 * [rotarySize / 2]; undefined where the frequencies are not scaled one by one.
 */
export function ropeDivisors(config: DecoderConfig): Float32Array | undefined {
  const rope = config.rope.full;
  if (config.positions === 'learned' || rope.ropeScaling?.type !== 'llama3') return undefined;
  const scaled = inverseFrequencies(rope);
  const plain = inverseFrequencies({ ...rope, ropeScaling: null });
  return plain.map((frequency, at) => frequency / scaled[at]!);
}
