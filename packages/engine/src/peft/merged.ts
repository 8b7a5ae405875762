import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { modelTensors } from '../families/model-config.ts';
import {
  type AnyModelFolder,
  singleWeightsFile,
  weightsIndexFile,
} from '../families/model-folder.ts';
import type { ModelTask } from '../families/model-task.ts';
import { sentenceFile } from '../families/sentence-folder.ts';
import { writeFolderAtomically } from '../formats/atomic.ts';
import { CheckpointError } from '../formats/error.ts';
import { requireFinite } from '../formats/finite.ts';
import { readJson } from '../formats/json-file.ts';
import { encodeFloats, type FloatFormat, isFloatFormat } from '../formats/number-format.ts';
import { readTensorBytes, streamSafetensors, type TensorSource } from '../formats/safetensors.ts';
import { tensorBytes } from '../formats/safetensors-header.ts';
import { jsonText, keepsSentenceFiles, writeTaskFiles } from './task-files.ts';
import { embeddingOf, isTiedHead, refuseTiedHead } from './tied-head.ts';

/** Everything beside the weights that decides how a model reads and writes text, and its licence. */
const carriedFile =
  /^(config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab|chat_template)\.json$|^(merges\.txt|tokenizer\.model|chat_template\.jinja)$|^(LICENSE|NOTICE|USE_POLICY)/;
const carriedFolder = 'additional_chat_templates';

/** Tensors that the base model does not have, such as a new head. */
type AddedTensors = ReadonlyMap<
  string,
  { readonly shape: readonly number[]; readonly data: Float32Array }
>;

/** What a merged model has besides the weights of its base. */
export type MergedExtras = {
  readonly added?: AddedTensors | undefined;
  /** What it has learned to do, for config.json; what its base says where absent. */
  readonly task?: ModelTask | undefined;
};

/**
 * Writes the base model with some weights replaced and others added: same shards, same dtypes, and every other
 * file byte for byte but config.json where there is a task. Complete or absent; one tensor is held in memory at a time besides `changed`.
 * For a base without weights `changed` must hold all of them, and they take the dtype of config.json.
 * Throws CheckpointError for an unknown name, a wrong length, or a value that is not finite.
 */
export async function writeMergedFolder(
  base: AnyModelFolder,
  changed: ReadonlyMap<string, Float32Array>,
  out: string,
  { added = new Map(), task }: MergedExtras = {},
): Promise<void> {
  if (resolve(out) === resolve(base.path))
    throw new CheckpointError(out, 'a merged model may not replace its own base');
  const shards =
    base.tensors.size > 0
      ? planFromBase(base, changed, added)
      : await planFromConfig(base, changed);
  await addTensors(base, shards, added);
  await writeFolderAtomically(out, 'config.json', async (temporary) => {
    for (const [shard, sources] of shards) await streamSafetensors(join(temporary, shard), sources);
    if (!shards.has(singleWeightsFile)) await writeIndex(join(temporary, weightsIndexFile), shards);
    for (const entry of await readdir(base.path, { withFileTypes: true })) {
      const from = join(base.path, entry.name);
      const to = join(temporary, entry.name);
      const isSentences = sentenceFile.test(entry.name) && keepsSentenceFiles(task);
      if (isSentences || entry.name === carriedFolder || carriedFile.test(entry.name))
        await writeCopy(from, to);
    }
    await writeTaskFiles(base, task, temporary);
  });
}

/** Copies as new files of this process: a copy that keeps its source's mode would be open to others. */
async function writeCopy(from: string, to: string): Promise<void> {
  if (!(await stat(from)).isDirectory()) return writeFile(to, await readFile(from));
  await mkdir(to);
  for (const name of await readdir(from)) await writeCopy(join(from, name), join(to, name));
}

/** Which shard each tensor is in, as transformers' index says it. */
async function writeIndex(
  file: string,
  shards: ReadonlyMap<string, readonly TensorSource[]>,
): Promise<void> {
  const places = [...shards].flatMap(([shard, sources]) =>
    sources.map((source) => ({ shard, name: source.name, bytes: tensorBytes(source) })),
  );
  const index = {
    metadata: { total_size: places.reduce((sum, { bytes }) => sum + bytes, 0) },
    weight_map: Object.fromEntries(places.map(({ name, shard }) => [name, shard])),
  };
  await writeFile(file, jsonText(index));
}

function planFromBase(
  base: AnyModelFolder,
  changed: ReadonlyMap<string, Float32Array>,
  added: AddedTensors,
): Map<string, TensorSource[]> {
  for (const name of changed.keys()) {
    refuseTiedHead(base, name);
    if (!base.tensors.has(name))
      throw new CheckpointError(base.path, 'the base model has no such tensor', name);
  }
  const shards = new Map<string, TensorSource[]>();
  for (const [name, entry] of base.tensors) {
    // Some exports keep a copy of a tied head; it must follow the embedding, or the file contradicts itself.
    const data = changed.get(isTiedHead(base, name) ? embeddingOf(base) : name);
    const { dtype, shape } = entry;
    const bytes =
      data === undefined
        ? () => readTensorBytes(entry)
        : replacement(base, { name, dtype, shape, data });
    const shard = basename(entry.file);
    const list = shards.get(shard) ?? [];
    // Beside a head readers look for the names of the class with a head, whatever a bare base called them.
    list.push({ name: added.size === 0 ? entry.name : name, dtype, shape, bytes });
    shards.set(shard, list);
  }
  return shards;
}

/** Puts tensors into the last shard; one that the base has already, of that shape, is replaced. */
async function addTensors(
  base: AnyModelFolder,
  shards: Map<string, TensorSource[]>,
  added: AddedTensors,
): Promise<void> {
  const last = [...shards.values()].at(-1);
  if (last === undefined || added.size === 0) return;
  const dtype = await configDtype(join(base.path, 'config.json'));
  for (const [name, { shape, data }] of added) {
    for (const sources of shards.values()) {
      const at = sources.findIndex((source) => source.name === name);
      if (at >= 0) sources.splice(at, 1);
    }
    last.push({ name, dtype, shape, bytes: replacement(base, { name, dtype, shape, data }) });
  }
}

type Replacement = { name: string; dtype: string; shape: readonly number[]; data: Float32Array };

function replacement(
  base: AnyModelFolder,
  { name, dtype, shape, data }: Replacement,
): () => Uint8Array {
  if (!isFloatFormat(dtype))
    throw new CheckpointError(base.path, `dtype ${dtype} cannot take new values`, name);
  const size = shape.reduce((product, side) => product * side, 1);
  if (data.length !== size) {
    throw new CheckpointError(
      base.path,
      `shape [${shape.join(', ')}] takes ${size} values, not ${data.length}`,
      name,
    );
  }
  return () => {
    requireFinite(base.path, name, data);
    return encodeFloats(data, dtype);
  };
}

async function planFromConfig(
  base: AnyModelFolder,
  changed: ReadonlyMap<string, Float32Array>,
): Promise<Map<string, TensorSource[]>> {
  const dtype = await configDtype(join(base.path, 'config.json'));
  const expected = modelTensors(base.config);
  for (const name of changed.keys()) {
    if (!expected.has(name))
      throw new CheckpointError(base.path, 'config.json implies no such tensor', name);
  }
  const sources: TensorSource[] = [];
  for (const [name, { shape }] of expected) {
    const data = changed.get(name);
    if (data === undefined)
      throw new CheckpointError(base.path, 'neither the base nor the change holds it', name);
    sources.push({ name, dtype, shape, bytes: replacement(base, { name, dtype, shape, data }) });
  }
  return new Map([[singleWeightsFile, sources]]);
}

async function configDtype(file: string): Promise<FloatFormat> {
  const config = (await readJson(file)) as { dtype?: unknown; torch_dtype?: unknown };
  const dtype = config.dtype ?? config.torch_dtype ?? 'float32';
  if (dtype === 'float32') return 'F32';
  if (dtype === 'float16') return 'F16';
  if (dtype === 'bfloat16') return 'BF16';
  throw new CheckpointError(
    file,
    `dtype ${JSON.stringify(dtype)} is not float32, float16 or bfloat16`,
  );
}
