import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomically, writeFolderAtomically } from './atomic.ts';
import { CheckpointError } from './error.ts';
import { readJson } from './json-file.ts';
import { readSafetensors, readTensor, writeSafetensors } from './safetensors.ts';

export type StateTensor = { shape: readonly number[]; data: Float32Array };
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** All that a stopped run needs to go on: weights and optimizer moments, and step, RNG and data cursor. */
export type TrainingState = {
  tensors: ReadonlyMap<string, StateTensor>;
  state: { readonly [key: string]: JsonValue };
};

const manifestName = 'training-state.json';
const tensorsName = 'training-state.safetensors';

const manifestSchema = z.strictObject({
  version: z.literal(1),
  files: z.strictObject({
    [tensorsName]: z.strictObject({ bytes: z.int().nonnegative(), sha256: z.string().length(64) }),
  }),
  stateSha256: z.string().length(64),
  state: z.record(z.string(), z.json()),
});

/**
 * Writes a folder that is complete or absent: float32 tensors and a manifest with sizes and SHA-256 sums.
 * An earlier state under the same name is replaced. Throws when `state` does not survive JSON unchanged.
 */
export async function writeTrainingState(
  folder: string,
  { tensors, state }: TrainingState,
): Promise<void> {
  refuseLossyJson(folder, state, 'state');
  await writeFolderAtomically(folder, manifestName, async (temporary) => {
    const file = join(temporary, tensorsName);
    const list = [...tensors].map(([name, { shape, data }]) => ({
      name,
      dtype: 'F32' as const,
      shape,
      data,
    }));
    await writeSafetensors(file, list);
    const files = { [tensorsName]: await fingerprint(file) };
    const manifest = { version: 1, files, stateSha256: hashState(state), state };
    await writeFileAtomically(join(temporary, manifestName), (append) =>
      append(Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)),
    );
  });
}

/** Reads what writeTrainingState wrote; throws CheckpointError when any byte of it has changed. */
export async function readTrainingState(
  folder: string,
): Promise<{ tensors: Map<string, StateTensor>; state: Record<string, JsonValue> }> {
  const manifestFile = join(folder, manifestName);
  const parsed = manifestSchema.safeParse(await readJson(manifestFile));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new CheckpointError(manifestFile, `${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { files, state, stateSha256 } = parsed.data;
  if (hashState(state) !== stateSha256)
    throw new CheckpointError(manifestFile, 'its state does not have the SHA-256 that it names');
  const file = join(folder, tensorsName);
  const expected = files[tensorsName];
  const found = await fingerprint(file);
  if (found.bytes !== expected.bytes) {
    throw new CheckpointError(
      file,
      `${found.bytes} bytes, but ${manifestName} says ${expected.bytes}`,
    );
  }
  if (found.sha256 !== expected.sha256) {
    throw new CheckpointError(file, `its SHA-256 is not the one in ${manifestName}`);
  }
  const tensors = new Map<string, StateTensor>();
  for (const [name, entry] of (await readSafetensors(file)).tensors) {
    tensors.set(name, { shape: entry.shape, data: await readTensor(entry) });
  }
  return { tensors, state };
}

async function fingerprint(file: string): Promise<{ bytes: number; sha256: string }> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) throw new CheckpointError(file, 'the file is missing');
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return { bytes: found.size, sha256: hash.digest('hex') };
}

function hashState(state: unknown): string {
  return createHash('sha256').update(JSON.stringify(state)).digest('hex');
}

/** NaN, -0, bigint, undefined and class instances would come back as something else, so they are refused. */
function refuseLossyJson(folder: string, value: unknown, path: string): void {
  const isPlain = typeof value === 'object' && value !== null;
  if (!isPlain) {
    const isExact =
      typeof value !== 'bigint' &&
      JSON.stringify(value) !== undefined &&
      Object.is(JSON.parse(JSON.stringify(value)), value);
    if (!isExact)
      throw new CheckpointError(
        folder,
        `${path} (${String(value)}) cannot be kept in JSON exactly`,
      );
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) {
    throw new CheckpointError(folder, `${path} is not a plain object`);
  }
  for (const [key, inner] of Object.entries(value))
    refuseLossyJson(folder, inner, `${path}.${key}`);
}
