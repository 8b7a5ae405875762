/**
 * Tunes a model on this machine, without any service:
 *
 *     node packages/engine/src/local/main.ts --model <folder> --data <jsonl> --out <folder> [--config <json>]
 *
 * --model    Hugging Face folder of the model
 * --data     JSONL of {"messages"}, {"prompt", "completion"} or {"text"} records
 * --out      where the adapter (LoRA) or the whole model (full training) goes, with metrics.jsonl
 * --config   JSON file of a recipe (packages/recipe has the settings and their defaults)
 * --validation  JSONL of held-out records: scored at the end, or watched where the settings have earlyStopping
 * --device   auto (the default), cpu, webgpu or cuda; docs/devices.md
 * --random   start from random weights: pre-training; needs the method "full"
 */
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkRecipe, type Recipe, resolveRecipe } from '@lathe/recipe/recipe';
import { openModelFolder } from '../families/model-folder.ts';
import { causalLm } from '../objectives/causal-lm.ts';
import type { TokenizedExample } from '../objectives/example.ts';
import { withKeptMemory } from '../runtime/allocator.ts';
import { type DeviceChoice, deviceChoices } from '../runtime/device-choice.ts';
import { openDevice } from '../runtime/open-device.ts';
import { namedAsToday } from '../train/former-names.ts';
import { createTrainer, type StepMetrics, type Trainer } from '../train/trainer.ts';
import { trainingLoop } from '../train/training-loop.ts';
import { loadEncoders, readDataset } from './dataset-file.ts';

export type LocalRun = {
  readonly model: string;
  readonly data: string;
  readonly out: string;
  readonly settings: Recipe;
  /** JSONL of held-out records. */
  readonly validation?: string | undefined;
  readonly random?: boolean;
  readonly device?: DeviceChoice;
  /** Receives one line a step. */
  print(line: string): void;
};

/** Trains and writes the result to `out` (`adapter/` or `model/`) beside `metrics.jsonl`; returns its folder. */
export async function trainLocally(run: LocalRun): Promise<string> {
  const model = await openModelFolder(run.model, { weights: run.random ? 'none' : 'required' });
  const encoders = await loadEncoders(run.model);
  const examples = await readDataset(run.data, encoders);
  const heldOut = run.validation === undefined ? [] : await readDataset(run.validation, encoders);
  const device = await openDevice(run.device ?? 'auto');
  const trainer = await createTrainer({
    model,
    device,
    settings: run.settings,
    objective: causalLm,
    examples,
    ...(run.random ? { initial: 'random' as const } : {}),
  });
  try {
    await mkdir(run.out, { recursive: true });
    const metricsFile = join(run.out, 'metrics.jsonl');
    await writeFile(metricsFile, '');
    const { rows, tokens } = trainer.windowShape;
    run.print(
      `${examples.length} examples, ${trainer.trainableParameters} trainable parameters, ${trainer.totalSteps} steps in windows of ${rows} × ${tokens} tokens on ${device.name}`,
    );
    const record = (line: Record<string, number>): Promise<void> =>
      appendFile(metricsFile, `${JSON.stringify(line)}\n`);
    await trainInView(trainer, { ...run, heldOut, record });
    const isFull = run.settings.adaptation.type === 'full';
    const folder = join(run.out, isFull ? 'model' : 'adapter');
    if (isFull) await trainer.exportMerged(folder);
    else await trainer.exportAdapter(folder);
    return folder;
  } finally {
    await trainer.dispose();
  }
}

type View = LocalRun & {
  readonly heldOut: readonly TokenizedExample[];
  /** Writes a line of metrics. */
  record(line: Record<string, number>): Promise<void>;
};

/** Trains to the end, and back to the best step where the settings have earlyStopping. */
async function trainInView(trainer: Trainer<TokenizedExample>, view: View): Promise<void> {
  const { heldOut, record, print, out, settings } = view;
  const { earlyStopping: rule, epochs } = settings;
  if (rule !== undefined && heldOut.length === 0)
    throw new RangeError('early stopping needs held-out examples to look at');
  const everySteps = rule?.everySteps ?? Math.max(1, Math.round(trainer.totalSteps / epochs));
  const bestFolder = join(out, '.best');
  const moments = trainingLoop({
    trainer,
    score: heldOut.length === 0 ? undefined : () => trainer.evaluate(heldOut),
    earlyStopping: rule && { ...rule, everySteps },
  });
  try {
    for await (const moment of moments) {
      const { step } = trainer;
      if (moment.kind === 'step') {
        await record(metricsRecord(moment.metrics));
        print(progressLine(moment.metrics, trainer.totalSteps));
      } else if (moment.kind === 'score') {
        const { loss, tokenAccuracy } = moment.score;
        await record({ step, valid_loss: loss, valid_token_accuracy: tokenAccuracy });
        print(`step ${step}  held-out loss ${loss.toFixed(4)}`);
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

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      model: { type: 'string' },
      data: { type: 'string' },
      out: { type: 'string' },
      config: { type: 'string' },
      device: { type: 'string', default: 'auto' },
      validation: { type: 'string' },
      random: { type: 'boolean', default: false },
    },
  });
  const required = (name: 'model' | 'data' | 'out'): string => {
    const value = values[name];
    if (value === undefined) throw new RangeError(`--${name} is missing`);
    return value;
  };
  const config: Readonly<Record<string, unknown>> =
    values.config === undefined ? {} : JSON.parse(await readFile(values.config, 'utf8'));
  const folder = await trainLocally({
    model: required('model'),
    data: required('data'),
    out: required('out'),
    settings: resolveRecipe(checkRecipe(namedAsToday(config))),
    random: values.random,
    validation: values.validation,
    device: deviceChoice(values.device),
    print: (line) => console.log(line),
  });
  console.log(`wrote ${folder}`);
}

function deviceChoice(name: string): DeviceChoice {
  const found = deviceChoices.find((choice) => choice === name);
  if (found === undefined) throw new RangeError(`--device takes ${deviceChoices.join(', ')}`);
  return found;
}

/** Begins again as a process whose allocator keeps memory, where that is to be had: it returns only where it is not. */
function keepMemory(): void {
  const env = withKeptMemory(process.env);
  const { execPath, execArgv, argv, platform } = process;
  if (platform !== 'linux' || env.GLIBC_TUNABLES === process.env.GLIBC_TUNABLES) return;
  process.execve?.(execPath, [execPath, ...execArgv, ...argv.slice(1)], { ...env });
}

if (import.meta.main) {
  keepMemory();
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
