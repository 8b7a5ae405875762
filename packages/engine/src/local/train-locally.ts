import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AdaptationSettings, isAdapter } from '@lathe/recipe/adaptation';
import type { Recipe, RecipeInput } from '@lathe/recipe/recipe';
import { type AnyModelFolder, openAnyModelFolder } from '../families/model-folder.ts';
import type { Evaluation } from '../measure/evaluation.ts';
import type { Objective } from '../objectives/objective.ts';
import { objectiveFor } from '../objectives/objective-for.ts';
import type { TaskRow } from '../objectives/task-row.ts';
import type { DeviceChoice } from '../runtime/device-choice.ts';
import { openDevice } from '../runtime/open-device.ts';
import { watched } from '../train/early-stopping.ts';
import { settleBase } from '../train/settle-base.ts';
import { createTrainer, type StepMetrics, type Trainer } from '../train/trainer.ts';
import { trainingLoop } from '../train/training-loop.ts';
import { openWrittenScore, type WrittenScore } from '../written/written-score.ts';
import { readDataset, recipeOf } from './dataset-file.ts';
import { type Encoders, loadEncoders } from './encoders.ts';
import { learnLocally } from './learn-locally.ts';
import type { LocalPolicy } from './long-rows.ts';

export type LocalRun = {
  readonly model: string;
  readonly data: string;
  readonly out: string;
  /** What is left open is as in a job: the task and its labels follow from the rows. */
  readonly recipe: RecipeInput;
  /** JSONL of held-out records. */
  readonly validation?: string | undefined;
  /** What is done about rows that are too long; by default as in a job. */
  readonly tooLong?: LocalPolicy | undefined;
  readonly random?: boolean;
  readonly device?: DeviceChoice;
  /** Receives one line a step. */
  print(line: string): void;
};

/**
 * Trains and writes the result to `out` (`adapter/` or `model/`) beside `metrics.jsonl`; returns its folder. Throws RangeError
 * for a recipe that learns from rewards.
 */
export async function trainLocally(run: LocalRun): Promise<string> {
  const { recipe, tooLong } = run;
  if (recipe.reinforcement !== undefined)
    throw new RangeError(
      'reinforcement needs somebody to reward answers, which only a job has; create one with the method reinforcement',
    );
  const isRandom =
    run.random || (recipe.adaptation?.type === 'full' && recipe.adaptation.initial === 'random');
  const weights = isRandom ? 'none' : 'required';
  const folder = await folderOf(run);
  const encoders = await loadEncoders(folder);
  const model = await openAnyModelFolder(folder, { weights });
  const training = await readDataset(run.data, encoders, { recipe, tooLong });
  const validation =
    run.validation === undefined
      ? undefined
      : await readDataset(run.validation, encoders, { recipe, training, tooLong });
  for (const note of [...training.notes, ...(validation?.notes ?? [])]) run.print(note);
  const { rows } = training;
  const heldOut = validation?.rows ?? [];
  const settings = recipeOf(recipe, training, heldOut);
  return objectiveFor(settings, { model, rows }, (objective, examplesOf) =>
    trainWith(
      { ...run, settings, random: isRandom },
      {
        ...{ model, objective, encoders, examples: examplesOf(rows) },
        ...{ heldOut: examplesOf(heldOut), heldOutRows: heldOut },
      },
    ),
  );
}

/** The model folder of a run: where its tokenizer is learnt from the data, one of its own, without weights. */
async function folderOf({ model, data, out, recipe: { adaptation }, print }: LocalRun) {
  if (adaptation?.type !== 'full' || adaptation.tokenizer === undefined) return model;
  return learnLocally({ model, data, into: join(out, '.shape'), print }, adaptation.tokenizer);
}

/** A run whose recipe knows its rows. */
type SettledRun = LocalRun & { readonly settings: Recipe };

/** What a recipe trains for, on rows of this model. */
type Lesson<Example> = {
  readonly model: AnyModelFolder;
  readonly objective: Objective<Example>;
  readonly encoders: Encoders;
  readonly examples: readonly Example[];
  readonly heldOut: readonly Example[];
  readonly heldOutRows: readonly TaskRow[];
};

async function trainWith<Example>(
  run: SettledRun,
  { model, objective, encoders, examples, heldOut, heldOutRows }: Lesson<Example>,
): Promise<string> {
  const { adaptation } = run.settings;
  const device = await openDevice(run.device ?? 'auto');
  const settings = { ...run.settings, adaptation: withTokens(adaptation, encoders) };
  const given = { model, device, settings, objective, examples };
  const { base, told } = await settleBase({ ...given, heldOut });
  if (told !== undefined) run.print(told.text);
  const trainer = await createTrainer({
    ...given,
    base,
    scratchFolder: run.out,
    ...(run.random ? { initial: 'random' as const } : {}),
  });
  let written: WrittenScore | undefined;
  try {
    await mkdir(run.out, { recursive: true });
    written = await openWrittenScore({
      ...{ model, rule: run.settings.earlyStopping, heldOut: heldOutRows, device },
      ...{ hasAdapter: isAdapter(adaptation), folder: join(run.out, '.asked') },
    });
    const metricsFile = join(run.out, 'metrics.jsonl');
    await writeFile(metricsFile, '');
    const { rows, tokens } = trainer.windowShape;
    run.print(
      `${examples.length} examples, ${trainer.trainableParameters} trainable parameters, ${trainer.totalSteps} steps in windows of ${rows} × ${tokens} tokens on ${device.name}`,
    );
    const record = (line: Record<string, number>): Promise<void> =>
      appendFile(metricsFile, `${JSON.stringify(line)}\n`);
    await trainInView(trainer, { ...run, heldOut, record, written });
    const hasAdapter = isAdapter(adaptation);
    const folder = join(run.out, hasAdapter ? 'adapter' : 'model');
    await (hasAdapter ? trainer.exportAdapter(folder) : trainer.exportMerged(folder));
    return folder;
  } finally {
    await written?.dispose();
    await trainer.dispose();
  }
}

/** The words that a prompt starts as, in tokens. */
function withTokens(adaptation: AdaptationSettings, { tokenizer }: Encoders): AdaptationSettings {
  if (adaptation.type !== 'prompt-tuning' || adaptation.text === undefined) return adaptation;
  const { text, ...rest } = adaptation;
  return { ...rest, initialTokens: [...tokenizer.encode(text)] };
}

type View<Example> = SettledRun & {
  readonly heldOut: readonly Example[];
  readonly written: WrittenScore | undefined;
  /** Writes a line of metrics. */
  record(line: Record<string, number>): Promise<void>;
};

/** Trains to the end, and back to the best step where the settings have earlyStopping. */
async function trainInView<Example>(trainer: Trainer<Example>, view: View<Example>): Promise<void> {
  const { heldOut, record, print, out, settings } = view;
  const { earlyStopping: rule, epochs } = settings;
  if (rule !== undefined && heldOut.length === 0)
    throw new RangeError('early stopping needs held-out examples to look at');
  const everySteps = rule?.everySteps ?? Math.max(1, Math.ceil(trainer.totalSteps / epochs));
  const bestFolder = join(out, '.best');
  const moments = trainingLoop({
    trainer,
    score: heldOut.length === 0 ? undefined : () => withWritten(trainer, view),
    earlyStopping: rule && { ...rule, everySteps },
  });
  try {
    for await (const moment of moments) {
      const { step } = trainer;
      if (moment.kind === 'step') {
        await record(metricsRecord(moment.metrics));
        print(progressLine(moment.metrics, trainer.totalSteps));
      } else if (moment.kind === 'score') {
        const { loss, tokenAccuracy, figures = {} } = moment.score;
        const named = Object.entries(figures).map(([name, value]) => [`valid_${name}`, value]);
        const counts = { step, valid_loss: loss, valid_token_accuracy: tokenAccuracy };
        await record({ ...counts, ...Object.fromEntries(named) });
        const { metric = 'loss' } = rule ?? {};
        const own =
          metric === 'loss' ? '' : `  ${metric} ${watched({ metric }, moment.score).toFixed(4)}`;
        print(`step ${step}  held-out loss ${loss.toFixed(4)}${own}`);
      } else if (moment.kind === 'checkpoint') await trainer.saveState(bestFolder);
      else if (moment.kind === 'end' && rule !== undefined) {
        if (moment.best !== step) await trainer.restoreState(bestFolder);
        print(`the best step is ${moment.best}`);
      }
    }
  } finally {
    await rm(bestFolder, { recursive: true, force: true });
  }
}

/** The score of the held-out examples, with what is watched of their written answers. */
async function withWritten<Example>(
  trainer: Trainer<Example>,
  { heldOut, written }: View<Example>,
): Promise<Evaluation> {
  const score = await trainer.evaluate(heldOut);
  return { ...score, figures: { ...score.figures, ...(await written?.figures(trainer)) } };
}

function metricsRecord(metrics: StepMetrics): Record<string, number> {
  return {
    step: metrics.step,
    epoch: metrics.epoch,
    loss: metrics.loss,
    token_accuracy: metrics.tokenAccuracy,
    learning_rate: metrics.learningRate,
    gradient_norm: metrics.gradientNorm,
    supervised_tokens: metrics.supervisedTokens,
    tokens_per_second: metrics.tokens / metrics.seconds,
  };
}

function progressLine(metrics: StepMetrics, totalSteps: number): string {
  const rate = Math.round(metrics.tokens / metrics.seconds);
  return `step ${metrics.step} of ${totalSteps}  loss ${metrics.loss.toFixed(4)}  learning rate ${metrics.learningRate.toExponential(2)}  gradient norm ${metrics.gradientNorm.toFixed(3)}  ${rate} tokens/s`;
}
