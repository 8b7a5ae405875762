import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeShard, encodeShard } from '@lathe/contracts/artifact/shard';
import {
  encoderReferences,
  readEncoderReference,
} from '@lathe/engine/internal/parity/encoder-reference';
import { curveDistances } from '@lathe/engine/internal/parity/parity';
import {
  encoderRecording,
  encoderRun,
  encoderTasks,
} from '@lathe/engine/internal/parity/recorded-encoder-tasks';
import {
  readRecordedPreferences,
  recordedRun,
} from '@lathe/engine/internal/parity/recorded-preferences';
import {
  encoderTaskRows,
  pairCases,
  pairTaskRows,
  recordedMasks,
  type TaskRows,
} from '@lathe/engine/internal/parity/recorded-task-rows';
import type { AnyModelFolder } from '@lathe/engine/model-folder';
import { objectiveFor } from '@lathe/engine/objective-for';
import type { Recipe } from '@lathe/recipe/recipe';
import { writeTinyEncoder } from '@lathe/testkit/tiny-encoder';

/** A task as a job trains it: its rows written as a shard, read back, and opened by the recipe. */
export type ShardRow = {
  readonly task: string;
  readonly model: string;
  readonly objective: string;
  /** Largest relative distances from PyTorch's curve. */
  readonly curveLoss: number;
  readonly curveNorm: number;
};

type Curve = Parameters<typeof curveDistances>[1];
type Run = {
  readonly model: AnyModelFolder;
  readonly settings: Recipe;
  /** Other examples than the rows would give. */
  readonly instead?: (examples: readonly object[]) => readonly object[];
};

/** Every task of the platform that was recorded, all weights trained. */
export async function shardRows(): Promise<ShardRow[]> {
  const found: ShardRow[] = [];
  const recorded = await readRecordedPreferences();
  for (const name of pairCases) {
    const { model, settings } = await recordedRun(recorded, name, 'full');
    const given = pairTaskRows(name, recorded.examples);
    found.push(await shardRow(given, { model, settings }, recorded.curves[name]?.full ?? []));
  }
  // Of tasks that ask the tokenizer: for the mask, and for the words of an answer.
  const path = await mkdtemp(join(tmpdir(), 'lathe-parity-'));
  try {
    await writeTinyEncoder(path);
    for (const name of encoderReferences) {
      const reference = await readEncoderReference(name);
      const { examples: texts, model: base } = reference;
      for (const task of encoderTasks) {
        const given = encoderTaskRows(task, texts, base.config.tokenTypes > 1);
        const { model: recorded, settings } = await encoderRun(reference, task, 'full');
        const model = { ...recorded, path };
        const { fullCurve } = encoderRecording(reference, task);
        const run =
          task === 'masked-lm'
            ? { model, settings, instead: recordedMasks(texts) }
            : { model, settings };
        found.push(await shardRow(given, run, fullCurve));
      }
    }
  } finally {
    await rm(path, { recursive: true });
  }
  return found;
}

/** One task, from its rows to PyTorch's curve. */
export async function shardRow(
  { recipe, rows: given }: TaskRows,
  { model, settings: asked, instead = (same) => same }: Run,
  curve: Curve,
): Promise<ShardRow> {
  const rows = decodeShard(encodeShard(given));
  const settings: Recipe = { ...asked, ...recipe };
  return objectiveFor(settings, { model, rows }, async (objective, examplesOf) => {
    const examples = instead(examplesOf(rows) as readonly object[]) as ReturnType<
      typeof examplesOf
    >;
    // What is hidden is as it was recorded in every epoch.
    const run = { model, settings, examples, objective: { ...objective, inEpoch: undefined } };
    const { curveLoss, curveNorm } = await curveDistances(run, curve);
    return {
      task: recipe.task?.type ?? 'generation',
      ...{ model: model.name, objective: objective.name, curveLoss, curveNorm },
    };
  });
}
