import type { DatasetManifest } from '@lathe/contracts/artifact/dataset';
import type { EvaluationReport } from '@lathe/contracts/artifact/report';
import { LatheError } from '@lathe/contracts/error';
import type { JobRecord } from '@lathe/contracts/job/record';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import type { Engine } from '../engine/engine.ts';
import type { ServedModel } from '../models/models.ts';
import type { EvaluatorSettings } from '../settings.ts';
import { drawShots } from '../texts/few-shot.ts';
import { type HeldOutRow, readHeldOut, streamRows } from '../texts/held-out.ts';
import type { Texts } from '../texts/texts.ts';
import { type Comparison, compare } from './compare.ts';
import { type Entrant, fewShotEntrant, runEntrant, type Showing, tasksFor } from './contest.ts';

export type EvaluateInput = {
  readonly job: Pick<JobRecord, 'id' | 'project' | 'seed' | 'model' | 'options'>;
  readonly dataset: DatasetManifest;
  readonly base: ServedModel;
  readonly tuned: ServedModel;
  /** The tuned model that the job went on from. */
  readonly start?: ServedModel | undefined;
};

export type EvaluatePorts = {
  readonly artifacts: ArtifactStore;
  readonly engine: Engine;
  readonly texts: Texts;
  readonly settings: EvaluatorSettings;
  readonly signal: AbortSignal;
  /** Told after each answer: who answered, how many of how many. */
  readonly onProgress: (contestant: string, done: number, total: number) => void;
};

/**
 * Scores base, few-shot and tuned model, and the one that it began as, on the same held-out rows and compares them. Without held-out
 * rows the report has no contestants. Throws `unsupported_model` when the base model's tokenizer is
 * not the one that the rows were prepared with.
 */
export async function evaluate(
  input: EvaluateInput,
  ports: EvaluatePorts,
): Promise<EvaluationReport> {
  const { job, dataset, base, tuned, start } = input;
  for (const { facts, name } of [base, tuned, ...(start ? [start] : [])])
    if (facts.tokenizerSha256 !== dataset.tokenizerSha256)
      throw new LatheError(
        'unsupported_model',
        `The tokenizer of '${name}' is not the one that the training rows were prepared with.`,
        { param: 'model' },
      );
  const { settings } = ports;
  const most = job.options.evaluation_rows ?? settings.evaluationRows;
  const rows = await readHeldOut(ports.artifacts, dataset, { seed: job.seed, most });
  const entrants = rows.length === 0 ? [] : await chooseEntrants(input, rows, ports);
  const showings: Showing[] = [];
  for (const entrant of entrants)
    showings.push(
      await runEntrant(entrant, {
        engine: ports.engine,
        texts: ports.texts,
        slots: settings.evaluationSlots,
        signal: ports.signal,
        onAnswer: (done) => ports.onProgress(entrant.name, done, rows.length),
      }),
    );
  return {
    version: 1,
    jobId: job.id,
    fineTunedModel: tuned.name,
    baseModel: base.name,
    heldOutSource: dataset.heldOutSource,
    rows: rows.length,
    sampled: rows.length < dataset.heldOut.rows,
    contestants: showings.map((showing) => showing.contestant),
    comparisons: comparisonsOf(showings),
    warnings: [],
    samples: (dataset.kind === 'text' ? [] : rows)
      .slice(0, settings.samples)
      .map((row, index) => sampleOf(row, index, showings)),
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

function comparisonsOf(showings: readonly Showing[]): Comparison[] {
  const tuned = showings.find(({ contestant }) => contestant.name === 'tuned');
  if (tuned === undefined || tuned.right.length === 0) return [];
  return showings.flatMap(({ contestant, right }) =>
    contestant.name === 'tuned' ? [] : [compare(contestant.name, tuned.right, right)],
  );
}

function sampleOf(
  { context, line, expected }: HeldOutRow,
  index: number,
  showings: readonly Showing[],
): EvaluationReport['samples'][number] {
  const system = context.find(({ role }) => role === 'system' || role === 'developer');
  const prompt = context.findLast(({ role }) => role === 'user') ?? context.at(-1);
  const answers = showings.map(({ contestant, answers }) => [
    contestant.name,
    answers[index]?.trim() ?? '',
  ]);
  return {
    line,
    ...(system === undefined ? {} : { system: system.content }),
    prompt: prompt?.content ?? '',
    expected,
    answers: Object.fromEntries(answers),
  };
}

/** The report's headline as it stands in the job: rates, losses and verdicts, no samples. */
export function headline({ rows, contestants, comparisons }: EvaluationReport) {
  return {
    held_out_rows: rows,
    contestants: contestants.map(({ name, shots, exactMatch, loss, toolCalls }) => ({
      name,
      shots,
      exact_match: exactMatch,
      loss,
      ...(toolCalls && { tool_calls: toolCalls }),
    })),
    comparisons: comparisons.map(({ against, difference, pValue, verdict }) => ({
      against,
      difference,
      p_value: pValue,
      verdict,
    })),
  };
}

/** The report in one sentence, such as `Exact match on 64 held-out rows: base 0 %, tuned 95 %.` */
export function reportSentence({ rows, contestants }: EvaluationReport): string {
  if (rows === 0) return 'No rows were held out, so the tuned model was not compared.';
  if (contestants.every(({ exactMatch }) => exactMatch.total === 0)) {
    const losses = contestants.map(({ name, loss }) => `${name} ${loss.toFixed(3)}`);
    return `Loss on ${rows} held-out texts, in nats per token: ${losses.join(', ')}.`;
  }
  const rates = contestants.map(
    ({ name, exactMatch }) => `${name} ${(100 * exactMatch.rate).toFixed(1)} %`,
  );
  const told = `Exact match on ${rows} held-out rows: ${rates.join(', ')}.`;
  const calls = contestants.flatMap(({ name, toolCalls }) =>
    toolCalls === undefined ? [] : [`${name} ${(100 * toolCalls.rate).toFixed(1)} %`],
  );
  return calls.length === 0 ? told : `${told} Calls of tools that are right: ${calls.join(', ')}.`;
}
