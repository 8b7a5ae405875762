import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckpointError } from '../formats/error.ts';
import { readTrainingState, writeTrainingState } from '../formats/training-state.ts';
import { type BaseStates, layStates, stateCount } from './base-states.ts';
import type { PreparedRun } from './prepare-run.ts';

/** Where a run finds what the base model made of its examples in an earlier attempt. */
export type StatesPlace = {
  /** Undefined: nowhere. */
  readonly folder: string | undefined;
  /** Fingerprint of the run: settings, examples, start. */
  readonly run: string;
};

/** One folder of states in another. */
type Stored = { readonly folder: string | undefined; readonly name: string };

/**
 * A name for what the base model makes of the examples: equal for the same run with the same weights and examples, another
 * one for anything else. SHA-256 in hexadecimal.
 */
export async function statesName<Example>(
  { model, objective }: PreparedRun<Example>,
  examples: readonly Example[],
  runFingerprint: string,
): Promise<string> {
  const hash = createHash('sha256').update(`states 1;${runFingerprint};`);
  hash.update(JSON.stringify(model.config));
  const files = new Set([...model.tensors.values()].map(({ file }) => file));
  for (const file of [...files].sort())
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  for (const example of examples)
    for (const view of objective.digest(example)) {
      hash.update(`${view.byteLength};`);
      hash.update(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    }
  return hash.digest('hex');
}

/** The states under the name; undefined where there are none, or any byte of them has changed. */
export async function readStates<Example>(
  run: PreparedRun<Example>,
  examples: readonly Example[],
  { folder, name }: Stored,
): Promise<BaseStates<Example> | undefined> {
  if (folder === undefined) return undefined;
  try {
    const { tensors, state } = await readTrainingState(join(folder, name));
    const data = tensors.get('states')?.data;
    const size = stateCount(run, examples) * run.model.config.hiddenSize;
    return state.name === name && data?.length === size
      ? layStates(run, examples, data)
      : undefined;
  } catch (error) {
    // They are computed once more.
    if (error instanceof CheckpointError) return undefined;
    throw error;
  }
}

/** Writes states as a folder that is whole or absent. */
export async function writeStates<Example>(
  { model }: PreparedRun<Example>,
  data: Float32Array,
  { folder, name }: Stored & { readonly folder: string },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { hiddenSize } = model.config;
  const states = { shape: [data.length / hiddenSize, hiddenSize], data };
  await writeTrainingState(join(folder, name), {
    tensors: new Map([['states', states]]),
    state: { name },
  });
}
