import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EncoderConfig } from '../families/encoder-config.ts';
import { type ModelFolder, openAnyModelFolder } from '../families/model-folder.ts';
import { readSafetensors, type TensorEntry } from '../formats/safetensors.ts';
import type { CurvePoint } from './reference.ts';

/** One text of the recorded encoders, with what every task asks about it. */
export type RecordedText = {
  readonly tokens: readonly number[];
  readonly types: readonly number[];
  readonly masked: readonly number[];
  readonly maskedPlaces: readonly number[];
  readonly label: number;
  readonly labels: readonly number[];
  readonly value: number;
  readonly tokenLabels: readonly number[];
  readonly start: number;
  readonly end: number;
};

type RecordedTask = {
  readonly loss: number;
  /** Names of the head's tensors that the checkpoint does not have. */
  readonly head: readonly string[];
  readonly fullCurve: readonly CurvePoint[];
  readonly loraCurve?: readonly CurvePoint[];
};

/** A tiny encoder with what transformers computed for it (bench/reference/encoders.py says how). */
export type EncoderReference = {
  readonly model: ModelFolder<EncoderConfig>;
  readonly training: Readonly<Record<string, number>>;
  readonly targets: readonly string[];
  readonly examples: readonly RecordedText[];
  readonly tasks: Readonly<Record<string, RecordedTask>>;
  /** Recorded tensors, not read yet. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
};

export const encoderReferences = ['bert', 'roberta', 'distilbert', 'modernbert'] as const;

/** Reads one of the recorded encoders. For tests. */
export async function readEncoderReference(
  name: (typeof encoderReferences)[number],
): Promise<EncoderReference> {
  const folder = join(import.meta.dirname, 'fixtures/models', name);
  const recorded = JSON.parse(await readFile(join(folder, 'reference.json'), 'utf8')) as Pick<
    EncoderReference,
    'training' | 'targets' | 'examples' | 'tasks'
  >;
  const model = await openAnyModelFolder(folder);
  const { config } = model;
  if (config.kind !== 'encoder') throw new Error(`${name} is not an encoder`);
  const { tensors } = await readSafetensors(join(folder, 'reference.safetensors'));
  return { ...recorded, model: { ...model, config }, tensors };
}

/** The recorded model with the head that a task started from. */
export function withHead({ model, tensors }: EncoderReference, task: string) {
  const prefix = `${task}.start.`;
  const all = new Map(model.tensors);
  for (const [name, entry] of tensors)
    if (name.startsWith(prefix)) all.set(name.slice(prefix.length), entry);
  return { ...model, tensors: all };
}
