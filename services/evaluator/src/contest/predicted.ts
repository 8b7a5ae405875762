import type { ServedModel } from '../models/models.ts';
import { type DrawnRow, drawRows } from '../texts/drawn-rows.ts';
import { sampleRows } from '../texts/sample-rows.ts';
import { type EvaluateInput, type EvaluatePorts, hasOwnTokens } from './evaluation.ts';
import type { JudgeInput, Judgement, ModelAnswers } from './judge/judge.ts';
import { judgeInThread } from './judge/judging.ts';
import { labelsByFewShot, writesLabels } from './label-shots.ts';
import { answerQuestions } from './predict/answer-questions.ts';
import { answerRows, type NumbersTask, type TaskSettings } from './predict/answer-rows.ts';
import { type AskPorts, askTokens, textOf } from './predict/ask-tokens.ts';

export type PredictedTask = NumbersTask | 'question-answering';

/** Training rows that baselines learn from, and those of them whose vectors the base model makes. */
const [mostTrained, mostVectors] = [20_000, 4000];

/** The contest of models that say something about texts, beside the classical baselines of their task. */
export async function judgePredicted(
  task: PredictedTask,
  input: EvaluateInput,
  ports: EvaluatePorts,
): Promise<{ readonly judgement: Judgement | undefined; readonly rows: number }> {
  const { job, dataset } = input;
  const { seed } = job;
  const most = job.options.evaluation_rows ?? ports.settings.evaluationRows;
  const rows = await drawRows(ports.artifacts, dataset.heldOut, { seed, most });
  if (rows.length === 0) return { judgement: undefined, rows: 0 };
  const models: ModelAnswers<unknown>[] = [];
  const promptTokens = rows
    .flatMap(({ examples }) => examples)
    .reduce((sum, { tokens }) => sum + tokens.length, 0);
  for (const [name, model] of contestantsOf(task, input)) {
    const settings = settingsOf(input);
    // A model that has to be read into memory first is no slower for it.
    const quiet = { ...ports, onAnswer: () => {} };
    await answersOf(task, { model, rows: rows.slice(0, 1), settings }, quiet);
    const begun = performance.now();
    const answers = await answersOf(
      task,
      { model, rows, settings },
      {
        ...ports,
        onAnswer: (done, total) =>
          ports.onProgress(name, Math.round((rows.length * done) / total), rows.length),
      },
    );
    const usage = {
      ...{ answers: rows.length, promptTokens, answerTokens: 0 },
      ...{ milliseconds: performance.now() - begun, atOnce: rows.length },
    };
    const who = { name, model: model.name, shots: 0, loss: null, supervisedTokens: 0 };
    models.push({ ...who, usage, answers });
  }
  const draw = { seed, most: mostTrained };
  const drawn = await drawRows(ports.artifacts, dataset.train, draw);
  const train = await sampleRows(drawn, ({ row }) => row.line, draw);
  if (task === 'classification') models.push(...(await fewShotOf(input, { rows, train }, ports)));
  ports.onJudging(train.length);
  const vectors =
    task === 'classification' && !hasOwnTokens(job)
      ? await vectorsOf(input.base, { train, rows }, ports)
      : undefined;
  const judged = {
    task,
    rows: rows.map(({ row }) => row),
    train: train.map(({ row }) => row),
    ...{ models, vectors, seed, samples: ports.settings.samples },
    labels: settingsOf(input).labels,
  };
  // Ingest made these rows for this task.
  return {
    judgement: await judgeInThread(judged as unknown as JudgeInput, ports),
    rows: rows.length,
  };
}

/** The base model with labelled texts in its prompt, where it writes and each text has one label. */
async function fewShotOf(
  { job, base }: EvaluateInput,
  drawn: { readonly rows: readonly DrawnRow[]; readonly train: readonly DrawnRow[] },
  ports: EvaluatePorts,
): Promise<ModelAnswers<unknown>[]> {
  const labelled = (side: readonly DrawnRow[]) =>
    side.flatMap(({ row }) => (row.kind === 'labelled' ? [row] : []));
  const rows = labelled(drawn.rows);
  if (!writesLabels(base, rows)) return [];
  const { fewShotExamples: most, fewShotLabels: labelsMost } = ports.settings;
  const settings = { seed: job.seed, asked: job.options.few_shot_examples, most, labelsMost };
  const about = { rows, train: labelled(drawn.train), settings, project: job.project };
  const found = await labelsByFewShot(base, about, ports);
  return found === null ? [] : [found];
}

/** A base model takes part where it can be asked what the tuned one is asked. */
function contestantsOf(
  task: PredictedTask,
  { job, base, start, tuned }: EvaluateInput,
): (readonly ['base' | 'start' | 'tuned', ServedModel])[] {
  const can = (model: ServedModel): boolean => {
    if (task === 'embedding') return true;
    const [own, wanted] = [model.task, tuned.task];
    if (own.type !== wanted.type) return false;
    if (!('labels' in own) || !('labels' in wanted)) return true;
    return JSON.stringify(own.labels) === JSON.stringify(wanted.labels);
  };
  return [
    ...(can(base) && !hasOwnTokens(job) ? [['base', base] as const] : []),
    ...(start !== undefined && can(start) ? [['start', start] as const] : []),
    ['tuned', tuned],
  ];
}

function settingsOf({ job, dataset, tuned }: EvaluateInput): TaskSettings {
  const { task } = dataset;
  const { task: own } = tuned;
  return {
    labels:
      (task !== undefined && 'labels' in task ? task.labels : undefined) ??
      ('labels' in own ? own.labels : []),
    problem: own.type === 'classification' ? own.problem : 'single-label',
    maskedShare: task?.type === 'masked-lm' ? task.maskedShare : 0.15,
    seed: job.seed,
  };
}

async function answersOf(
  task: PredictedTask,
  {
    model,
    rows,
    settings,
  }: {
    readonly model: ServedModel;
    readonly rows: readonly DrawnRow[];
    readonly settings: TaskSettings;
  },
  ports: AskPorts & Pick<EvaluatePorts, 'texts'>,
): Promise<readonly unknown[]> {
  // The rows are of the task's kind: ingest made them for it.
  if (task === 'question-answering') return answerQuestions(model, rows as never, ports);
  return answerRows[task](model, { rows: rows as never, settings, ports });
}

/** Vectors of the base model for the first training rows, and for those that are scored: what a new head alone would see. */
async function vectorsOf(
  base: ServedModel,
  { train, rows }: { readonly train: readonly DrawnRow[]; readonly rows: readonly DrawnRow[] },
  ports: EvaluatePorts,
) {
  const question = { kind: 'vectors', pooling: 'mean', normalized: true } as const;
  const of = (those: readonly DrawnRow[]) => {
    const texts = those.flatMap(({ examples }) => examples.slice(0, 1).map(textOf));
    return askTokens(base, { question, texts }, { ...ports, onAnswer: () => {} });
  };
  return { train: await of(train.slice(0, mostVectors)), rows: await of(rows) };
}
