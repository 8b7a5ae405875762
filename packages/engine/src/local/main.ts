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
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkRecipe, type Recipe, resolveRecipe } from '@lathe/recipe/recipe';
import { openModelFolder } from '../families/model-folder.ts';
import type { Evaluation } from '../measure/evaluation.ts';
import { causalLm } from '../objectives/causal-lm.ts';
import { withKeptMemory } from '../runtime/allocator.ts';
import { type DeviceChoice, deviceChoices } from '../runtime/device-choice.ts';
import { openDevice } from '../runtime/open-device.ts';
import { trainWithEarlyStopping } from '../train/early-stopping.ts';
import { namedAsToday } from '../train/former-names.ts';
import { createTrainer, type StepMetrics } from '../train/trainer.ts';
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
    const onStep = async (metrics: StepMetrics): Promise<void> => {
      await record(metricsRecord(metrics));
      run.print(progressLine(metrics, trainer.totalSteps));
    };
    const onEvaluation = async (step: number, { loss, tokenAccuracy }: Evaluation) => {
      await record({ step, valid_loss: loss, valid_token_accuracy: tokenAccuracy });
      run.print(`step ${step}  held-out loss ${loss.toFixed(4)}`);
    };
    const { earlyStopping: rule, epochs } = run.settings;
    if (rule === undefined) {
      while (trainer.step < trainer.totalSteps) await onStep(await trainer.trainStep());
      if (heldOut.length > 0) await onEvaluation(trainer.step, await trainer.evaluate(heldOut));
    } else {
      const watched = { trainer, rule, heldOut, epochs, onStep, onEvaluation };
      const best = await trainWithEarlyStopping({ ...watched, folder: join(run.out, '.best') });
      run.print(`the best step is ${best}`);
    }
    const isFull = run.settings.adaptation.type === 'full';
    const folder = join(run.out, isFull ? 'model' : 'adapter');
    if (isFull) await trainer.exportMerged(folder);
    else await trainer.exportAdapter(folder);
    return folder;
  } finally {
    await trainer.dispose();
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
