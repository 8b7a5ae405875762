import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import type { ServedModel } from '../models/models.ts';
import { type DrawnRow, drawRows } from '../texts/drawn-rows.ts';
import type { EvaluateInput, EvaluatePorts } from './evaluation.ts';
import type { Judgement, ModelAnswers } from './judge/judge.ts';
import { judgeInThread } from './judge/judging.ts';
import { requireRoom } from './require-room.ts';

type Judged = Extract<CanonicalRow, { kind: 'judged' }>;

/**
 * The contest of models that were taught by single answers, good and bad: by the reward of each, ln p of the answer less that under
 * the model that training began with. Undefined where the held-out answers are all good or all bad.
 */
export async function judgeSingles(
  { base, start, tuned, job, dataset }: EvaluateInput,
  ports: EvaluatePorts,
): Promise<Judgement | undefined> {
  const { settings } = ports;
  const most = job.options.evaluation_rows ?? settings.evaluationRows;
  const drawn = await drawRows(ports.artifacts, dataset.heldOut, { seed: job.seed, most });
  const rows = drawn.map(({ row }) => row).filter((row): row is Judged => row.kind === 'judged');
  if (new Set(rows.map(({ label }) => label)).size < 2) return undefined;
  const before = await likelihoods(start ?? base, drawn, ports);
  const models: ModelAnswers<number>[] = [];
  const all = { base, ...(start && { start }), tuned };
  for (const [name, model] of Object.entries(all)) {
    const own = model === (start ?? base) ? before : await likelihoods(model, drawn, ports);
    models.push({
      ...{ name: name as keyof typeof all, model: model.name, shots: 0, loss: null },
      ...{ supervisedTokens: 0, answers: own.map((value, at) => value - (before[at] as number)) },
    });
  }
  return judgeInThread(
    { task: 'judged', rows, train: [], models, seed: job.seed, samples: settings.samples },
    ports,
  );
}

/** ln p of each answer, summed over its tokens, in nats. */
async function likelihoods(
  model: ServedModel,
  drawn: readonly DrawnRow[],
  { engine, signal }: EvaluatePorts,
): Promise<number[]> {
  const answers = drawn.flatMap(({ examples }) => examples.slice(0, 1));
  requireRoom(model, answers);
  const { logProbabilities } = await engine.score(model.engine, answers, signal);
  return Array.from(logProbabilities);
}
