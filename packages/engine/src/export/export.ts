import { cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { decoderFamilies, familyOf } from '../families/decoder-families.ts';
import type { DecoderFamily } from '../families/decoders/family.ts';
import {
  type AnyModelFolder,
  hasScores,
  type ModelFolder,
  openAnyModelFolder,
} from '../families/model-folder.ts';
import { writeFolderAtomically } from '../formats/atomic.ts';
import { UnsupportedModelError } from '../formats/error.ts';
import { mergeAdapter } from '../peft/merge-adapter.ts';
import { writeMergedFolder } from '../peft/merged.ts';
import { type FolderTask, folderTask } from '../predict/task-head.ts';
import { ggufContext } from './gguf/architecture.ts';
import { ggufTypes, writeGgufModel } from './gguf/gguf-file.ts';
import { type ExportManifest, fileDigest, manifestName, writeManifest } from './manifest.ts';
import { type FittingAdapter, readFittingAdapter, withMergedWeights } from './merged-weights.ts';
import { writeModelfile } from './modelfile.ts';
import { onnxTypes, writeOnnxFiles } from './onnx-folder.ts';
import { folderOfTuning } from './own-texts.ts';
import { type ExportKind, verifyExport } from './verify.ts';

export const exportTypes = ['f32', 'f16', 'q8_0', 'q8'] as const;
export type ExportType = (typeof exportTypes)[number];

export type ExportRequest = {
  /** A Hugging Face model folder. */
  readonly model: string;
  /** A PEFT folder with a LoRA adapter of that model; a tokenizer that it keeps in `tokenizer` is exported with it. */
  readonly adapter?: string | undefined;
  readonly kind: ExportKind;
  /** Where the export goes; it is there whole or not at all. An earlier export there is replaced. */
  readonly out: string;
  /** How a GGUF file (float16 when left out) or an ONNX model (float32) stores its weights. */
  readonly dtype?: ExportType | undefined;
  /** What `FROM` names in the Modelfile of an adapter; the base's name when left out. */
  readonly from?: string | undefined;
  /** ONNX weights of more bytes go into a file of their own. */
  readonly largestModel?: number;
};

type Job = Omit<ExportRequest, 'model' | 'adapter'> & {
  readonly base: AnyModelFolder;
  readonly adapter: (FittingAdapter & { readonly folder: string }) | undefined;
  /** What the export is asked; undefined: to write text. */
  readonly asked: FolderTask | undefined;
  /** The folder to fill, and one inside it for what is not published. */
  readonly folder: string;
  readonly work: string;
};

type Written = { readonly dtype: string; readonly notes?: readonly string[] };

/**
 * Exports a model, with an adapter merged in where one is given, replays it against the trainer's own
 * forward pass, and writes `lathe-manifest.json` beside it. Throws CheckpointError or
 * UnsupportedModelError, leaving nothing behind, for a model that the format cannot hold, a file that
 * cannot be read, or an export whose answers differ by more than its type's tolerance.
 * @example await exportModel({ model: 'models/lathe-tiny', kind: 'gguf', out: 'export' });
 */
export async function exportModel(request: ExportRequest): Promise<ExportManifest> {
  await using texts = await folderOfTuning(request.model, request.adapter);
  const base = await openAnyModelFolder(texts.path);
  const adapter =
    request.adapter === undefined
      ? undefined
      : { folder: request.adapter, ...(await readFittingAdapter(request.adapter, base)) };
  const asked = adapter?.asked ?? (await folderTask(base));
  requireKind(request, base, asked);
  let manifest: ExportManifest | undefined;
  await writeFolderAtomically(request.out, manifestName, async (folder) => {
    const work = join(folder, '.work');
    const job: Job = { ...request, base, adapter, asked, folder, work };
    const { dtype, notes = [] } = await writers[request.kind](job);
    const { kind } = request;
    const replay = await verifyExport({
      kind,
      folder,
      base,
      adapter: adapter?.weights,
      asked,
      dtype,
      work,
    });
    await rm(work, { recursive: true, force: true });
    manifest = await writeManifest(folder, {
      kind,
      dtype,
      base: base.name,
      adapter:
        adapter === undefined
          ? null
          : await fileDigest(join(adapter.folder, 'adapter_model.safetensors')),
      replay,
      notes,
    });
  });
  return manifest as ExportManifest;
}

const writers: Readonly<Record<ExportKind, (job: Job) => Promise<Written>>> = {
  merged: writeMerged,
  async onnx(job) {
    const type = typeOf(job, onnxTypes, 'f32');
    const { largestModel, asked, adapter } = job;
    const sized = largestModel === undefined ? {} : { largestModel };
    const options = { type, asked, task: adapter?.asked?.task, ...sized };
    await writeOnnxFiles(await mergedModel(job), job.folder, options);
    return { dtype: type };
  },
  async gguf(job) {
    const model = decoderOnly(await mergedModel(job), 'GGUF');
    const type = typeOf(job, ggufTypes, 'f16');
    const name = `${model.name}-${type}.gguf`;
    await writeGgufModel(model, join(job.folder, name), type);
    if (job.asked !== undefined)
      return { dtype: type, notes: [...contextNotes(model), poolingNote(job.asked)] };
    const notes = await writeModelfile(job.folder, model, { from: `./${name}` });
    return { dtype: type, notes: [...contextNotes(model), ...notes] };
  },
  async modelfile(job) {
    requireFamily(job.base, 'folders');
    const written = await writeMerged(job);
    const notes = await writeModelfile(job.folder, job.base, { from: '.' });
    return { ...written, notes };
  },
  async 'adapter-modelfile'({ base, adapter, folder, from }) {
    requireFamily(base, 'adapters');
    if (adapter === undefined) throw new RangeError('an adapter is needed for this export');
    await cp(adapter.folder, join(folder, 'adapter'), { recursive: true });
    const notes = await writeModelfile(folder, base, {
      from: from ?? base.name,
      adapter: './adapter',
    });
    return { dtype: 'f32', notes };
  },
};

/** The merged folder in the base's own dtype and files. */
async function writeMerged({ base, adapter, folder, work }: Job): Promise<Written> {
  const changed = adapter === undefined ? new Map() : await mergeAdapter(base, adapter.weights);
  const merged = join(work, 'folder');
  await mkdir(work, { recursive: true });
  const extras = { added: adapter?.weights.head, task: adapter?.asked?.task };
  await writeMergedFolder(base, changed, merged, extras);
  for (const name of await readdir(merged)) await rename(join(merged, name), join(folder, name));
  const dtypes = [...base.tensors.values()].map(({ dtype }) => dtype);
  const coarsest = ['BF16', 'F16'].find((dtype) => dtypes.includes(dtype as 'F16')) ?? 'F32';
  return { dtype: coarsest.toLowerCase() };
}

async function mergedModel({ base, adapter, work }: Job): Promise<AnyModelFolder> {
  return adapter === undefined ? base : withMergedWeights(base, adapter.weights, work);
}

function decoderOnly(model: AnyModelFolder, format: string): ModelFolder {
  const { config } = model;
  if (config.kind === 'decoder') return { ...model, config };
  const problem = `is "${config.modelType}"; ${format} is written of decoders only`;
  throw new UnsupportedModelError(join(model.path, 'config.json'), 'model_type', problem);
}

/**
 * Throws UnsupportedModelError where a format of models that write text would keep the language model and lose what the
 * task has taught. A decoder that embeds has its hidden states in a GGUF file too.
 */
function requireKind(
  { kind, adapter }: ExportRequest,
  base: AnyModelFolder,
  asked: FolderTask | undefined,
): void {
  if (base.config.kind === 'encoder' || kind === 'merged') return;
  const config = join(base.path, 'config.json');
  if (asked === undefined) {
    if (!hasScores(base)) return;
    const problem = 'names no class with a head, but the weights have one';
    throw new UnsupportedModelError(config, 'architectures', problem);
  }
  if (kind === 'onnx' || (kind === 'gguf' && asked.head === undefined)) return;
  const [file, field] =
    adapter === undefined
      ? [config, 'architectures']
      : [join(adapter, 'adapter_config.json'), 'task_type'];
  throw new UnsupportedModelError(
    file,
    field,
    `says ${asked.task.kind}; ${kind} is written of models that write text`,
  );
}

/** The asked type, if the kind has it. */
function typeOf<T extends ExportType>(
  { kind, dtype }: Pick<Job, 'kind' | 'dtype'>,
  known: readonly T[],
  otherwise: T,
): T {
  if (dtype === undefined) return otherwise;
  const found = known.find((type) => type === dtype);
  if (found === undefined)
    throw new RangeError(`${kind} is not written in ${dtype}; it is in ${known.join(', ')}`);
  return found;
}

/** Throws UnsupportedModelError where Ollama does not import the family's folders, or adapters. */
function requireFamily({ path, config }: AnyModelFolder, what: 'folders' | 'adapters'): void {
  const isTaken = ({ ollama }: DecoderFamily): boolean => ollama.includes(what);
  if (config.kind === 'decoder' && isTaken(familyOf(config))) return;
  const known = [...decoderFamilies].filter(([, family]) => isTaken(family)).map(([name]) => name);
  throw new UnsupportedModelError(
    join(path, 'config.json'),
    'model_type',
    `is "${config.modelType}"; Ollama takes ${what} of ${known.join(', ')}`,
  );
}

/** How llama.cpp makes the same vectors of a GGUF file. */
function poolingNote({ task }: FolderTask): string {
  const pooling = task.kind === 'feature-extraction' ? task.pooling : undefined;
  const named = { mean: 'mean', first: 'cls', last: 'last' }[pooling ?? 'mean'];
  return `the model embeds texts: llama-embedding --pooling ${named} --embd-normalize 2 gives its vectors`;
}

function contextNotes({ config }: ModelFolder): string[] {
  const context = ggufContext(config);
  return context === config.maxPositions
    ? []
    : [
        `context_length is ${context}, not ${config.maxPositions}: llama.cpp computes no sliding window for this family, and within the window none is needed`,
      ];
}
