import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cpuDevice } from '@lathe/engine/cpu';
import { batchFeeds } from '@lathe/engine/internal/batch/feeds';
import type { ModelConfig } from '@lathe/engine/internal/families/model-config';
import type { ModelTask } from '@lathe/engine/internal/families/model-task';
import type { Value } from '@lathe/engine/internal/graph/value';
import {
  maskedLmHead,
  sequenceHead,
  spanHead,
  tokenHead,
} from '@lathe/engine/internal/models/heads';
import { type EncodedText, typesOf } from '@lathe/engine/internal/objectives/encoder-example';
import { pooled, poolingFeeds } from '@lathe/engine/internal/objectives/pooling';
import { withVirtualTokens } from '@lathe/engine/internal/objectives/virtual-tokens';
import { matmul } from '@lathe/engine/internal/ops/matmul';
import { restoreRunState } from '@lathe/engine/internal/train/run-state';
import { adaptedForward } from '@lathe/engine/internal/trained/adapted-forward';
import {
  createModelState,
  parameterFeeds,
  weightValues,
} from '@lathe/engine/internal/trained/model-state';
import { weightsFolder } from '@lathe/engine/model-folder';
import type { Backbone, Objective } from '@lathe/engine/objective';
import { createTrainer, type TrainerOptions } from '@lathe/engine/trainer';

/** Scores of one text, row by row: of each token, or of the whole text in one row. */
type Scores = { readonly shape: readonly number[]; readonly data: Float32Array };

/** What a run left in a folder: its exports, or why it has none of a kind. */
export type Trained = {
  readonly adapter: string | undefined;
  readonly merged: string | undefined;
  /** The sentence with which an export was refused. */
  readonly refusals: readonly string[];
  readonly scores: readonly Scores[];
};

/** Trains a few steps, exports whatever the method can export, and scores texts with the weights it ended with. */
export async function trainedOutputs(
  run: TrainerOptions<object>,
  texts: readonly EncodedText[],
  { folder, steps }: { readonly folder: string; readonly steps: number },
): Promise<Trained> {
  const trainer = await createTrainer(run);
  for (let step = 0; step < steps; step++) await trainer.trainStep();
  const state = join(folder, 'state');
  await trainer.saveState(state);
  const refusals: string[] = [];
  const exported = async (name: string, write: (out: string) => Promise<void>) => {
    const out = join(folder, name);
    try {
      await write(out);
      return out;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      refusals.push(error.message);
      return undefined;
    }
  };
  const adapter = await exported('adapter', (to) => trainer.exportAdapter(to));
  const merged = await exported('merged', (to) => trainer.exportMerged(to));
  await trainer.dispose();
  return { adapter, merged, refusals, scores: await scoresOf(run, texts, state) };
}

/** Scores of each text under the weights of a training state. */
async function scoresOf(
  run: TrainerOptions<object>,
  texts: readonly EncodedText[],
  stateFolder: string,
): Promise<Scores[]> {
  const { model, settings, objective } = run;
  const { config } = model;
  const state = await createModelState(run);
  const stored = JSON.parse(await readFile(join(stateFolder, 'training-state.json'), 'utf8'));
  const { fingerprint } = stored.state as { fingerprint: string };
  const fingerprints = { current: fingerprint, former: () => fingerprint };
  await restoreRunState(stateFolder, state.state, { fingerprints, measured: 0 });
  const { virtualTokens } = state.adaptation;
  const probe = withVirtualTokens(scoring(config, objective.task), virtualTokens);
  const forwardOf = adaptedForward(model, settings, state);
  const found: Scores[] = [];
  for (const text of texts) {
    const tokens = text.tokens.length + virtualTokens;
    const shape = { rows: 1, tokens, targets: 1, examples: 1 };
    const { loss: output } = forwardOf(weightValues(model, state), shape, {
      objective: probe,
      training: false,
    });
    const program = await cpuDevice().compile(
      { outputs: { output } },
      { mapFolder: weightsFolder(model) },
    );
    const feeds = { ...parameterFeeds(state), ...batchFeeds(probe, [[text]], { shape, step: [] }) };
    const used = Object.entries(feeds).filter(([key]) => program.inputs.includes(key));
    const { output: answer } = await program.run(Object.fromEntries(used));
    await program.dispose();
    if (answer === undefined) throw new Error('the program gave no scores');
    const [rows = 0, width = 0] = answer.shape;
    // What a virtual token would say is nobody's business.
    const kept = rows === 1 ? 1 : rows - virtualTokens;
    const data = (answer.data as Float32Array).slice((rows - kept) * width);
    found.push({ shape: [kept, width], data });
  }
  return found;
}

/** An objective whose "loss" is the scores of its one text. */
function scoring(config: ModelConfig, task: ModelTask | undefined): Objective<EncodedText> {
  return {
    name: 'scores',
    sequences: ({ tokens }) => [tokens],
    types: typesOf(config),
    targets: () => 1,
    weight: () => 1,
    check: () => undefined,
    feeds: (placed, { shape }) => poolingFeeds(config, placed, shape),
    forward(backbone, shape) {
      const scores = scoresFor(task, config, { ...backbone, shape });
      return { loss: scores, correct: scores };
    },
    digest: () => [],
  };
}

function scoresFor(
  task: ModelTask | undefined,
  config: ModelConfig,
  {
    hidden,
    head,
    tensor,
    shape,
  }: Backbone & { readonly shape: Parameters<Objective<never>['forward']>[1] },
): Value {
  switch (task?.kind) {
    case undefined:
      return matmul(hidden, head(), { transB: true });
    case 'sequence-classification':
      return sequenceHead(config, task.labels).scores(tensor, pooled(config, hidden, shape));
    case 'token-classification':
      return tokenHead(config, task.labels).scores(tensor, hidden);
    case 'feature-extraction':
      return hidden;
    case 'question-answering':
      if (config.kind === 'encoder') return spanHead(config).scores(tensor, hidden);
      break;
    case 'masked-lm':
      if (config.kind === 'encoder') return maskedLmHead(config).scores(tensor, hidden);
  }
  throw new Error(`${config.modelType} has no head for ${task.kind}`);
}
