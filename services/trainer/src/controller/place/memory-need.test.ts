import type { LatheOptions } from '@lathe/contracts/http/fine-tuning';
import { expect, test } from 'vitest';
import { memoryNeed, sizeText } from './memory-need.ts';

const billion = {
  name: 'one-billion',
  weightBytes: 4e9,
  layers: 16,
  hiddenSize: 2048,
  intermediateSize: 8192,
  vocabularySize: 32_000,
};
const settings = { epochs: 1, batchSize: 1, learningRateMultiplier: 1, learningRate: 1e-4 };
const job = (type: 'full' | 'lora', options = {}) => ({
  settings: { ...settings, adaptation: { type } },
  options,
});

test('every weight counts five times in full training, and once under an adapter', () => {
  const full = memoryNeed(job('full'), billion);
  const lora = memoryNeed(job('lora'), billion);
  expect(full - 5 * billion.weightBytes).toBeGreaterThan(2e9);
  expect(full - lora).toBeGreaterThan(3.8 * billion.weightBytes);
  expect(lora).toBeGreaterThan(billion.weightBytes);
  expect(memoryNeed(job('lora', { max_tokens: 8192 }), billion)).toBeGreaterThan(2 * lora);
});

/** Sizes of real models, and what `estimateMemory` says of 8 × 256 tokens at once (npm run bench:memory). */
test.each([
  ['SmolLM2-135M', 'lora', [538_060_032, 30, 576, 1536, 49_152], 4241],
  ['SmolLM2-135M', 'full', [538_060_032, 30, 576, 1536, 49_152], 4689],
  ['Qwen2.5-0.5B', 'lora', [1_976_131_072, 24, 896, 4864, 151_936], 7805],
  ['Qwen2.5-0.5B', 'full', [1_976_131_072, 24, 896, 4864, 151_936], 13_334],
] as const)('%s with %s needs about what its graph says', (name, type, sizes, mebibytes) => {
  const [weightBytes, layers, hiddenSize, intermediateSize, vocabularySize] = sizes;
  const model = { name, weightBytes, layers, hiddenSize, intermediateSize, vocabularySize };
  const need = memoryNeed(job(type, { max_tokens: 256 }), model) / 2 ** 20;
  expect(need / mebibytes).toBeGreaterThan(0.85);
  expect(need / mebibytes).toBeLessThan(1.25);
});

test('what a job sets about memory counts', () => {
  const need = (options: LatheOptions) => memoryNeed(job('lora', options), billion);
  const usual = need({});
  expect(need({ memory_limit: 1e9 })).toBe(1e9);
  expect(need({ recompute_activations: true })).toBeLessThan(usual);
  expect(need({ micro_batch_tokens: 512 })).toBeLessThan(usual);
  const four = { settings: null, options: { adaptation: { type: 'lora', base_bits: 4 } as const } };
  expect(usual - memoryNeed(four, billion)).toBeGreaterThan(0.7 * billion.weightBytes);
  const sgd = memoryNeed(job('full', { optimizer: { type: 'sgd' } }), billion);
  expect(memoryNeed(job('full'), billion) - sgd).toBe(billion.weightBytes);
});

test('before ingest has settled it, the method is what the job asks for', () => {
  const options = { adaptation: { type: 'full' as const } };
  expect(memoryNeed({ settings: null, options }, billion)).toBe(memoryNeed(job('full'), billion));
});

test.each([
  [200 * 2 ** 20, '200 MiB'],
  [8 * 2 ** 30, '8 GiB'],
  [8.46 * 2 ** 30, '8.5 GiB'],
  [11.8 * 2 ** 30, '12 GiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});
