import { LatheError } from '@lathe/contracts/error';
import { wilson } from '@lathe/scoring/wilson';
import type { ServedModel } from '../models/models.ts';
import { drawShots } from '../texts/few-shot.ts';
import {
  type AnsweredRow,
  type HeldOutRow,
  readHeldOut,
  streamRows,
  toQuestion,
} from '../texts/held-out.ts';
import { sampleRows } from '../texts/sample-rows.ts';
import { type Entrant, fewShotEntrant, runEntrant, tasksFor } from './contest.ts';
import type { EvaluateInput, EvaluatePorts } from './evaluation.ts';
import type { Judgement, ModelAnswers } from './judge/judge.ts';
import { judgeInThread } from './judge/judging.ts';
import type { WrittenAnswer, WrittenRow } from './judge/task-contest.ts';

/** Training rows that baselines learn from. */
const mostTrained = 20_000;

/** The contest of models that write: every one answers every row; of texts alone there is only the loss. */
export async function judgeWritten(
  input: EvaluateInput,
  ports: EvaluatePorts,
): Promise<{ readonly judgement: Judgement | undefined; readonly rows: number }> {
  const { job, dataset } = input;
  const { settings, signal } = ports;
  const { seed } = job;
  const most = job.options.evaluation_rows ?? settings.evaluationRows;
  const rows = await readHeldOut(ports.artifacts, dataset, { seed, most });
  if (rows.length === 0) return { judgement: undefined, rows: 0 };
  const models: ModelAnswers<WrittenAnswer>[] = [];
  for (const entrant of await chooseEntrants(input, rows, ports))
    models.push(
      await runEntrant(entrant, {
        engine: ports.engine,
        texts: ports.texts,
        slots: settings.evaluationSlots,
        signal,
        onAnswer: (done) => ports.onProgress(entrant.name, done, rows.length),
      }),
    );
  if (dataset.kind === 'text') return { judgement: lossesOf(models), rows: rows.length };
  const all = streamRows(ports.artifacts, dataset.train.canonical.key);
  const train = await sampleRows(all, ({ line }) => line, { seed, most: mostTrained });
  const written = rows.map(({ row }) => writtenRow(row));
  const judgement = await judgeInThread(
    {
      ...{ task: 'generation', rows: written, train: train.map(writtenRow) },
      ...{ models, seed, samples: settings.samples },
    },
    ports,
  );
  return { judgement, rows: rows.length };
}

function writtenRow(row: AnsweredRow): WrittenRow {
  const { line, context, expected, calls } = toQuestion(row);
  const system = context.find(({ role }) => role === 'system' || role === 'developer');
  const prompt = context.findLast(({ role }) => role === 'user') ?? context.at(-1);
  return {
    line,
    ...(system === undefined ? {} : { system: system.content }),
    prompt: prompt?.content ?? '',
    expected,
    ...(row.kind === 'chat' && row.tools !== undefined ? { hasCalls: calls !== undefined } : {}),
  };
}

/** Where nothing is asked, nothing is right or wrong. */
function lossesOf(models: readonly ModelAnswers<WrittenAnswer>[]): Judgement {
  return {
    headline: 'loss',
    verdict: '',
    contestants: models.map(({ answers: _, ...who }) => ({
      ...who,
      exactMatch: wilson(0, 0),
      metrics: {},
    })),
    comparisons: [],
    slices: [],
    samples: [],
  };
}

async function chooseEntrants(
  { job, dataset, base, tuned, start }: EvaluateInput,
  rows: readonly HeldOutRow[],
  ports: EvaluatePorts,
): Promise<Entrant[]> {
  const { settings, texts, signal } = ports;
  const options = { texts, signal, project: job.project, limits: settings };
  const zeroShot = async (
    name: 'base' | 'start' | 'tuned',
    model: ServedModel,
  ): Promise<Entrant> => {
    const tasks = await tasksFor(model, rows, { ...options, shots: [] });
    if (tasks === null)
      throw new LatheError(
        'context_length_exceeded',
        `A held-out row does not fit the ${model.room} tokens that the evaluator takes.`,
        { param: 'model' },
      );
    return { name, model, shots: 0, tasks };
  };
  const trained = [
    ...(start ? [await zeroShot('start', start)] : []),
    await zeroShot('tuned', tuned),
  ];
  if (dataset.kind === 'text') return [await zeroShot('base', base), ...trained];
  const asked = job.options.few_shot_examples;
  const shots = await drawShots(streamRows(ports.artifacts, dataset.train.canonical.key), {
    seed: job.seed,
    count: asked ?? settings.fewShotExamples,
    isFixed: asked !== undefined,
    labelsMost: settings.fewShotLabels,
  });
  const fewShot = await fewShotEntrant(base, rows, { ...options, shots });
  return [await zeroShot('base', base), ...(fewShot === null ? [] : [fewShot]), ...trained];
}
