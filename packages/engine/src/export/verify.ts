import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type AnyModelFolder, openAnyModelFolder } from '../families/model-folder.ts';
import { CheckpointError } from '../formats/error.ts';
import { readGguf } from '../gguf/read.ts';
import { recoverFolder } from '../import/recovered-folder.ts';
import type { Adapter } from '../peft/peft.ts';
import type { FolderTask } from '../predict/task-head.ts';
import { type Difference, outputDifference } from './difference.ts';
import { ggufContext } from './gguf/architecture.ts';
import { readFittingAdapter } from './merged-weights.ts';
import { onnxModelFile } from './onnx-folder.ts';
import { onnxOutputs } from './onnx-outputs.ts';
import { type ReplayPrompts, replayPrompts } from './replay-prompts.ts';
import { type Outputs, trainerOutputs } from './trainer-outputs.ts';

export const exportKinds = ['merged', 'onnx', 'gguf', 'modelfile', 'adapter-modelfile'] as const;
export type ExportKind = (typeof exportKinds)[number];

/** The replay of an export, as its manifest has it. */
export type Replay = Difference & {
  /** Largest relative difference that is published. */
  readonly tolerance: number;
  readonly prompts: number;
  readonly tokens: number;
};

/** Largest relative difference by how weights are stored. */
const tolerances: Readonly<Record<string, number>> = {
  f32: 1e-3,
  f16: 2e-2,
  bf16: 5e-2,
  q8_0: 1e-1,
  q8: 1e-1,
};

export type VerifyOptions = {
  readonly kind: ExportKind;
  /** The export. */
  readonly folder: string;
  /** The model that was exported, and what was merged into it. */
  readonly base: AnyModelFolder;
  readonly adapter?: Adapter | undefined;
  /** What both are asked; undefined: to write text. */
  readonly asked?: FolderTask | undefined;
  /** How the export stores most weights. */
  readonly dtype: string;
  /** A folder for what has to be unpacked; the caller removes it. */
  readonly work: string;
};

/**
 * Runs the fixed prompts through an export and through the trainer's own forward pass, and gives the largest
 * difference. Throws CheckpointError when it is above the tolerance of the export's type, or when the
 * export cannot be run.
 */
export async function verifyExport(options: VerifyOptions): Promise<Replay> {
  const { kind, base, adapter, asked, dtype, folder } = options;
  const { config } = base;
  const context =
    kind === 'gguf' && config.kind === 'decoder' ? ggufContext(config) : config.maxPositions;
  const prompts = replayPrompts(config, context);
  const wanted = await trainerOutputs(base, prompts, { adapter, asked });
  const found = await exportOutputs(options, prompts);
  const tolerance = tolerances[dtype];
  if (tolerance === undefined) throw new RangeError(`weights of type ${dtype} have no tolerance`);
  const difference = outputDifference(found, wanted);
  if (!(difference.relative <= tolerance)) {
    const { relative } = difference;
    throw new CheckpointError(
      folder,
      `its answers differ from the trainer's by ${relative.toPrecision(3)} of the largest, more than ${tolerance}`,
    );
  }
  return { ...difference, tolerance, prompts: prompts.rows, tokens: prompts.tokens };
}

async function exportOutputs(
  { kind, folder, base, asked, work, dtype }: VerifyOptions,
  prompts: ReplayPrompts,
): Promise<Outputs> {
  switch (kind) {
    case 'merged':
    case 'modelfile':
      return trainerOutputs(await openAnyModelFolder(folder), prompts, { asked });
    case 'onnx':
      return onnxOutputs(
        join(folder, 'onnx', onnxModelFile(dtype === 'q8' ? 'q8' : 'f32')),
        { config: base.config, asked },
        prompts,
      );
    case 'adapter-modelfile': {
      const { weights } = await readFittingAdapter(join(folder, 'adapter'), base);
      return trainerOutputs(base, prompts, { adapter: weights, asked });
    }
    case 'gguf': {
      const name = (await readdir(folder)).find((file) => file.endsWith('.gguf'));
      if (name === undefined) throw new CheckpointError(folder, 'holds no .gguf file');
      if (base.config.kind !== 'decoder')
        throw new CheckpointError(folder, 'GGUF is written of decoders only');
      const gguf = await readGguf(join(folder, name));
      const model = await recoverFolder(gguf, join(work, 'recovered'), 'f32');
      return trainerOutputs(model, prompts, { asked });
    }
  }
}
