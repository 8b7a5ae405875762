import { type EarlyStopping, isWrittenMetric } from '@lathe/recipe/early-stopping';
import { loadTokenizer } from '@lathe/tokenizer/tokenizer';
import type { TaskRow } from '../objectives/task-row.ts';
import { type AnsweringOptions, createAnswering, type Exports, limitsOf } from './answering.ts';
import { askedRows } from './asked-rows.ts';
import { writtenRules } from './written-metrics.ts';

type WrittenScoreOptions = Omit<AnsweringOptions, 'staysOpen'> & {
  /** What the run watches, if anything. */
  readonly rule: Pick<EarlyStopping, 'metric'> | undefined;
  readonly heldOut: readonly TaskRow[];
};

/** Scores what a model writes while it is trained. */
export type WrittenScore = {
  /** The watched metric by its name, of the weights as they are now. */
  figures(trainer: Exports): Promise<Readonly<Record<string, number>>>;
  dispose(): Promise<void>;
};

/** Rows that are answered at each score: enough to see a trend, few enough to be no longer than a step or two. */
const mostRows = 32;

/**
 * Opens the score of a run that watches a metric of written answers; undefined for all others. Up to 32 held-out rows are answered
 * greedily, each in at most twice the tokens of the longest expected answer. Throws RangeError where the rows have nothing that the
 * metric could score.
 * @example
 * const heldOut = [{ tokens: Int32Array.of(1, 2, 3), supervised: Uint8Array.of(0, 0, 1) }];
 * const about = { model, heldOut, device: cpuDevice(), hasAdapter: true, folder: '/tmp/asked' };
 * const written = await openWrittenScore({ ...about, rule: { metric: 'rouge_l' } });
 */
export async function openWrittenScore({
  model,
  rule,
  heldOut,
  device,
  hasAdapter,
  folder,
}: WrittenScoreOptions): Promise<WrittenScore | undefined> {
  const metric = rule?.metric ?? 'loss';
  if (!isWrittenMetric(metric) || heldOut.length === 0) return undefined;
  const tokenizer = await loadTokenizer(model.path);
  const { control, score } = await writtenRules(metric, { folder: model.path, tokenizer });
  const textOf = (tokens: Iterable<number>): string =>
    tokenizer.decode(tokens, { skipSpecial: true, except: control }).trim();
  const rows = askedRows(heldOut, mostRows).map((row) => ({
    ...row,
    expected: textOf(row.answer),
  }));
  if (rows.length === 0)
    throw new RangeError('no held-out row asks for an answer, so that nothing can be written');
  if (rows.every(({ expected }) => score(expected, '') === null))
    throw new RangeError(`early stopping watches ${metric}, which no held-out answer has`);
  const limits = limitsOf(
    model,
    rows.map(({ answer }) => answer),
    (token) => tokenizer.isSpecial(token),
  );
  const answering = createAnswering({ model, device, hasAdapter, folder, staysOpen: true });

  return {
    async figures(trainer) {
      const prompts = rows.map(({ prompt }) => prompt);
      const answers = await answering.answer(trainer, prompts, limits);
      const found = answers.flatMap(({ tokens }, at) => {
        const value = score((rows[at] as (typeof rows)[number]).expected, textOf(tokens));
        return value === null ? [] : [value];
      });
      return { [metric]: found.reduce((sum, value) => sum + value, 0) / found.length };
    },
    dispose: () => answering.dispose(),
  };
}
