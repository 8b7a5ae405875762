import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readSafetensors, readTensor, readTensorBytes } from '../formats/safetensors.ts';
import { decodeTensor } from './dequantize.ts';
import { storedBytes, type TensorType, tensorTypes } from './format.ts';

const types = Object.keys(tensorTypes) as TensorType[];

// bench/reference/gguf_files.py: blocks of random bytes, and what ggml's own Python package makes of them.
it.each(types)('%s is what ggml makes of the same bytes, to the last bit', async (type) => {
  const file = join(import.meta.dirname, 'fixtures/quantised.safetensors');
  const { tensors } = await readSafetensors(file);
  const wanted = await readTensor(tensors.get(`${type}.numbers`)!);
  const bytes = await readTensorBytes(tensors.get(`${type}.bytes`)!);
  expect(bytes.byteLength).toBe(storedBytes(type, wanted.length));
  expect(decodeTensor(bytes, type)).toEqual(wanted);
});
