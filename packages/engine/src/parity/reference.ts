import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ModelFolder, openModelFolder } from '../families/model-folder.ts';
import { readSafetensors, readTensor } from '../formats/safetensors.ts';
import type { TokenizedExample } from '../objectives/example.ts';
import type { AdapterTensor } from '../peft/peft.ts';

/** One step of a recorded training run. */
export type CurvePoint = {
  readonly loss: number;
  readonly gradientNorm: number;
  readonly learningRate: number;
};

/** A tiny model with what PyTorch computed for it (bench/reference/decoders.py says how). */
export type Reference = {
  readonly model: ModelFolder;
  readonly examples: readonly TokenizedExample[];
  readonly tensors: ReadonlyMap<string, AdapterTensor>;
  readonly training: Readonly<Record<string, number>>;
  readonly targets: readonly string[];
  readonly loss: number;
  readonly loraLoss: number;
  readonly fullCurve: readonly CurvePoint[];
  readonly loraCurve: readonly CurvePoint[];
};

export const referenceModels = [
  'tied',
  'untied',
  'llama3-rope',
  'mistral',
  'qwen2',
  'qwen3',
  'gemma3',
  'phi3',
  'gpt2',
] as const;

/** Reads one of the recorded models. For tests. */
export async function readReference(name: (typeof referenceModels)[number]): Promise<Reference> {
  const folder = join(import.meta.dirname, 'fixtures/models', name);
  const recorded = JSON.parse(await readFile(join(folder, 'reference.json'), 'utf8')) as Omit<
    Reference,
    'model' | 'examples' | 'tensors'
  > & { examples: { tokens: number[]; supervised: number[] }[] };
  const tensors = new Map<string, AdapterTensor>();
  for (const [key, entry] of (await readSafetensors(join(folder, 'reference.safetensors'))).tensors)
    tensors.set(key, { shape: entry.shape, data: await readTensor(entry) });
  return {
    ...recorded,
    model: await openModelFolder(folder),
    examples: recorded.examples.map(({ tokens, supervised }) => ({
      tokens: Int32Array.from(tokens),
      supervised: Uint8Array.from(supervised),
    })),
    tensors,
  };
}
