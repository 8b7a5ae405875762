import { wilson } from '@lathe/scoring/wilson';
import type { ServedModel } from '../models/models.ts';
import { type AnsweredRow, type HeldOutRow, readHeldOut, streamRows } from '../texts/held-out.ts';
import { sampleRows } from '../texts/sample-rows.ts';
import { chosenFewShot } from './choose-shots.ts';
import { type Entrant, runEntrant, tasksFor } from './contest.ts';
import { type EvaluateInput, type EvaluatePorts, hasOwnTokens } from './evaluation.ts';
import { invitedEntrants, invitedNames } from './invited.ts';
import { judgedBothWays } from './judge/both-ways.ts';
import type { Judgement, ModelAnswers } from './judge/judge.ts';
import { judgeInThread } from './judge/judging.ts';
import type { PairScores, WrittenAnswer } from './judge/task-contest.ts';
import { judgeSingles } from './judge-singles.ts';
import { lookingEntrants } from './looking-entrants.ts';
import { requireRoom, tooLong } from './require-room.ts';
import { type HeldOutPair, pairsOf, scorePairs } from './score-pairs.ts';
import { askServerRows, serverName } from './server/ask-server-rows.ts';
import { writtenRow } from './written-row.ts';

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
  const all = streamRows(ports.artifacts, dataset.train.canonical.key);
  const train = await sampleRows(all, ({ line }) => line, { seed, most: mostTrained });
  const { entrants, notes } = await chooseEntrants(input, { rows, train }, ports);
  for (const entrant of entrants) {
    const found = await runEntrant(entrant, {
      engine: ports.engine,
      texts: ports.texts,
      project: job.project,
      slots: settings.evaluationSlots,
      signal,
      onAnswer: (done) => ports.onProgress(entrant.name, done, rows.length),
    });
    // Losses of other tokens cannot be compared, and what is written can.
    const isOther = hasOwnTokens(job) && entrant.model === input.base;
    models.push(isOther ? { ...found, loss: null, supervisedTokens: 0 } : found);
  }
  if (dataset.kind === 'text')
    return { judgement: { ...lossesOf(models), notes }, rows: rows.length };
  const tuned = entrants.find(({ name }) => name === 'tuned');
  const toServers = rows.map((row, at) => ({ row, maxTokens: tuned?.tasks[at]?.maxTokens ?? 0 }));
  for (const server of input.invited?.servers ?? []) {
    const onAnswer = (done: number) => ports.onProgress(serverName(server), done, rows.length);
    const found = await askServerRows(server, toServers, { settings, signal, onAnswer });
    if ('note' in found) notes.push(found.note);
    else models.push(found);
  }
  const written = rows.map(({ row }) => writtenRow(row));
  ports.onJudging(train.length);
  const judged = await judgeInThread(
    {
      ...{ task: 'generation', rows: written, train: train.map(writtenRow) },
      // Of pairs all are wanted, since those of the pairs' own choice are shown.
      ...{ models, seed, samples: dataset.kind === 'preference' ? rows.length : settings.samples },
    },
    ports,
  );
  const judgement = { ...judged, notes: [...judged.notes, ...notes] };
  if (dataset.kind === 'judged') {
    const singles = await judgeSingles(input, ports);
    return {
      judgement: singles ? judgedBothWays(singles, judgement) : judgement,
      rows: rows.length,
    };
  }
  const pairs = pairsOf(rows);
  if (pairs.length === 0) return { judgement, rows: rows.length };
  return {
    judgement: judgedBothWays(await judgePairs(input, pairs, ports), judgement),
    rows: rows.length,
  };
}

/** The contest of models that were taught which of two answers is better: how often they find the better one likelier. */
async function judgePairs(
  { base, start, tuned, job }: EvaluateInput,
  pairs: readonly HeldOutPair[],
  ports: EvaluatePorts,
): Promise<Judgement> {
  const models: ModelAnswers<PairScores>[] = [];
  const all = { base, ...(start && { start }), tuned };
  for (const [name, model] of Object.entries(all)) {
    requireRoom(
      model,
      pairs.flatMap(({ better, worse }) => [better, worse]),
    );
    const answers = await scorePairs(model, pairs, ports);
    const who = { name: name as 'base' | 'start' | 'tuned', model: model.name, shots: 0 };
    models.push({ ...who, loss: null, supervisedTokens: 0, answers });
  }
  const rows = pairs.map(({ row }) => row);
  const { samples } = ports.settings;
  return judgeInThread(
    { task: 'preference', rows, train: [], models, seed: job.seed, samples },
    ports,
  );
}

/** Where nothing is asked, nothing is right or wrong. */
function lossesOf(models: readonly ModelAnswers<WrittenAnswer>[]): Judgement {
  return {
    headline: 'loss',
    verdict: '',
    outcome: 'not compared',
    notes: [],
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
  input: EvaluateInput,
  { rows, train }: { readonly rows: readonly HeldOutRow[]; readonly train: readonly AnsweredRow[] },
  ports: EvaluatePorts,
): Promise<{ readonly entrants: readonly Entrant[]; readonly notes: string[] }> {
  const { job, dataset, base, tuned, start, invited } = input;
  const { settings, texts, signal, engine } = ports;
  const options = { texts, signal, project: job.project, limits: settings };
  const zeroShot = async (
    name: 'base' | 'start' | 'tuned',
    model: ServedModel,
    asked = rows,
  ): Promise<Entrant> => {
    const tasks = await tasksFor(model, asked, { ...options, shots: [] });
    if (tasks === null) throw tooLong(model.room);
    return { name, model, shots: 0, tasks };
  };
  const baseRows = hasOwnTokens(job) ? rows.map((row) => ({ ...row, examples: [] })) : rows;
  const trained = [
    ...(start ? [await zeroShot('start', start)] : []),
    await zeroShot('tuned', tuned),
  ];
  const missing = invited?.notes ?? [];
  if (dataset.kind === 'text') {
    const entrants = hasOwnTokens(job) ? trained : [await zeroShot('base', base), ...trained];
    const apart = invitedNames(invited).map(
      (name) =>
        `The ${name} took no part: texts alone have losses, and those of other tokens cannot be compared.`,
    );
    return { entrants, notes: [...missing, ...apart] };
  }
  const shots = {
    seed: job.seed,
    asked: job.options.few_shot_examples,
    most: settings.fewShotExamples,
    labelsMost: settings.fewShotLabels,
  };
  const fewShot = await chosenFewShot(
    base,
    { rows: baseRows, train },
    { ...options, engine, settings: shots },
  );
  const lookedUp = await lookingEntrants(input, { rows, baseRows, train }, ports);
  const own = [
    await zeroShot('base', base, baseRows),
    fewShot,
    ...lookedUp.base,
    ...trained,
    ...lookedUp.tuned,
  ];
  const others = await invitedEntrants(invited?.models ?? [], rows, options);
  return {
    entrants: [...own.filter((each) => each !== null), ...others.entrants],
    notes: [...lookedUp.notes, ...missing, ...others.notes],
  };
}
