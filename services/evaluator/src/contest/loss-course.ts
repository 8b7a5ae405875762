import { fileKey } from '@lathe/contracts/artifact/key';
import type { EvaluationReport } from '@lathe/contracts/artifact/report';
import type { JobRecord } from '@lathe/contracts/job/record';
import { ArtifactError, type ArtifactStore } from '@lathe/platform/artifacts/port';
import { linesOf } from '../texts/held-out.ts';

/** Most steps at the end of a run whose losses are averaged; a tenth of all steps where that is fewer. */
const mostAveraged = 10;

/** The ends of a series of losses that was seen once, from its first to its last. */
type Course = {
  count: number;
  first: number;
  least: number;
  greatest: number;
  readonly last: number[];
};

const unseen = (): Course => ({
  ...{ count: 0, first: 0, last: [] },
  ...{ least: Number.POSITIVE_INFINITY, greatest: Number.NEGATIVE_INFINITY },
});

/** Fewest steps of which it is said that their losses stayed the same, and how far they may differ, as a share of the first. */
const flat = { steps: 4, share: 1e-4 } as const;

/**
 * What the losses of a job's steps tell against it, by its result table: that they end above their start, or never left it. Nothing
 * when the table was deleted. Throws what the store throws.
 */
export async function lossWarnings(
  artifacts: ArtifactStore,
  { project, resultFiles }: Pick<JobRecord, 'project' | 'resultFiles'>,
): Promise<string[]> {
  const train = unseen();
  const held = unseen();
  for (const id of resultFiles)
    for await (const [, loss = '', , heldOut = ''] of tableRows(artifacts, fileKey(project, id))) {
      take(train, loss);
      take(held, heldOut);
    }
  return [
    ...stillness(train),
    ...(isStill(train) ? [] : rise(train, Math.ceil(train.count / 10), 'The training loss')),
    ...rise(held, 1, 'The loss on the held-out rows'),
  ];
}

/** What the answers of each step of a job were worth, by its result table; undefined where it has no rewards or was deleted. */
export async function rewardCourse(
  artifacts: ArtifactStore,
  { project, resultFiles }: Pick<JobRecord, 'project' | 'resultFiles'>,
): Promise<EvaluationReport['rewards']> {
  const found = new Map<number, NonNullable<EvaluationReport['rewards']>[number]>();
  for (const id of resultFiles)
    for await (const [step = '', , , , , train = '', heldOut = ''] of tableRows(
      artifacts,
      fileKey(project, id),
    )) {
      // The first line names the columns.
      if (train === '' || !Number.isFinite(Number(train))) continue;
      const score = heldOut === '' ? {} : { heldOut: Number(heldOut) };
      found.set(Number(step), { step: Number(step), train: Number(train), ...score });
    }
  return found.size === 0 ? undefined : [...found.values()];
}

/** What the report's losses tell against the tuned model: that it does worse than what it was made of. */
export function contestWarnings({
  contestants,
  changes = [],
  headline,
  forgetting,
}: Pick<EvaluationReport, 'contestants' | 'changes' | 'headline' | 'forgetting'>): string[] {
  const worse = changes.filter((each) => each.of === 'slice' && each.verdict === 'regressed');
  return [
    ...lossWarning(contestants),
    ...(forgetting?.outcome === 'forgotten' ? [forgetting.sentence] : []),
    ...worse.map(
      ({ name, rows, difference, pValue }) =>
        `On ${rows} held-out rows of one kind, ${name}, the tuned model is worse than its base: ${headline} changed by ${difference.toPrecision(3)} (p = ${pValue.toFixed(3)}, adjusted for all kinds).`,
    ),
  ];
}

function lossWarning(contestants: EvaluationReport['contestants']): string[] {
  const of = (name: string) => contestants.find((each) => each.name === name);
  const tuned = of('tuned');
  const before = of('start') ?? of('base');
  if (tuned?.loss == null || before?.loss == null || tuned.loss <= before.loss) return [];
  return [
    `On the held-out rows the tuned model has a loss of ${tuned.loss.toFixed(4)}, above ${before.loss.toFixed(4)} of the model that it was made of.`,
  ];
}

function take(course: Course, text: string): void {
  // The first line names the columns.
  const loss = Number(text);
  if (text === '' || !Number.isFinite(loss)) return;
  if (course.count++ === 0) course.first = loss;
  course.least = Math.min(course.least, loss);
  course.greatest = Math.max(course.greatest, loss);
  course.last.push(loss);
  if (course.last.length > mostAveraged) course.last.shift();
}

/** Rewards of answers that are equally long give a loss of 0 in every step, whatever is learned. */
const isStill = ({ count, first, least, greatest }: Course): boolean =>
  count >= flat.steps && first !== 0 && greatest - least <= flat.share * Math.abs(first);

/** Batches differ, and so do their losses, even where nothing is learned; but for those that begin the same for all, as of preferences. */
function stillness(course: Course): string[] {
  if (!isStill(course)) return [];
  return [
    `The training loss stayed at ${course.first.toFixed(4)} over ${course.count} steps: next to nothing was learned. A higher learning rate may cure this.`,
  ];
}

/** The first loss is that of the model before any step; those behind it may have risen already. */
function rise({ count, first, last }: Course, share: number, what: string): string[] {
  const end = mean(last.slice(-Math.min(share, mostAveraged)));
  if (count < 2 || end <= first) return [];
  return [
    `${what} ended at ${end.toFixed(4)}, above ${first.toFixed(4)} at its start. A lower learning rate, or fewer epochs, may cure this.`,
  ];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The cells of each line of a table without quotes; none when the table is gone. */
async function* tableRows(artifacts: ArtifactStore, key: string): AsyncGenerator<string[]> {
  try {
    for await (const line of linesOf(artifacts, key)) yield line.split(',');
  } catch (error) {
    if (error instanceof ArtifactError && error.problem === 'not_found') return;
    throw error;
  }
}
