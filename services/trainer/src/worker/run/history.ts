import { z } from 'zod';
import { type EngineTask, type Score, type Step, stepSchema } from '../engine/engine-message.ts';

/** Checkpoints of the first version kept only the required fields of a step. */
const rowSchema = stepSchema.partial().extend({
  step: z.number().int(),
  loss: z.number(),
  tokenAccuracy: z.number(),
  tokens: z.number(),
  validLoss: z.number().optional(),
  validTokenAccuracy: z.number().optional(),
  validFigures: z.record(z.string(), z.number()).optional(),
});
/** One step of a job's history; the held-out score stands with the step after which it was taken. */
export type HistoryRow = z.infer<typeof rowSchema>;

/** The steps of a job from its first on, also those of earlier runs: it travels with checkpoints. */
export type History = {
  addStep(step: Step): void;
  addScore(score: Score): void;
  upTo(step: number): readonly HistoryRow[];
  /** The last steps, at most `count`, up to a step, as the engine told them. */
  lastSteps(step: number, count: number): Step[];
  /** Tokens trained on up to a step, all epochs together. */
  tokensUpTo(step: number): number;
};

/** A history that goes on from the rows of earlier runs. */
export function createHistory(earlier: readonly HistoryRow[]): History {
  const rows = [...earlier];
  return {
    addStep: (step) => void rows.push(step),
    addScore: ({ step, loss, tokenAccuracy, figures }) => {
      const index = rows.findLastIndex((row) => row.step === step);
      const row = rows[index];
      if (row !== undefined)
        rows[index] = {
          ...row,
          validLoss: loss,
          validTokenAccuracy: tokenAccuracy,
          validFigures: figures,
        };
    },
    upTo: (step) => rows.filter((row) => row.step <= step),
    lastSteps: (step, count) =>
      rows
        .filter((row) => row.step <= step)
        .slice(-count)
        .flatMap((row) => stepSchema.safeParse(row).data ?? []),
    tokensUpTo: (step) => rows.reduce((sum, row) => sum + (row.step <= step ? row.tokens : 0), 0),
  };
}

/** The scores of held-out rows that a history holds. */
export function scoresOf(rows: readonly HistoryRow[]): EngineTask['earlierScores'] {
  return rows.flatMap(
    ({ step, validLoss: loss, validTokenAccuracy: tokenAccuracy, validFigures: figures }) =>
      loss === undefined || tokenAccuracy === undefined
        ? []
        : [{ step, loss, tokenAccuracy, ...(figures && { figures }) }],
  );
}

/** The history as it lies in a checkpoint. */
export function encodeHistory(rows: readonly HistoryRow[]): string {
  return JSON.stringify({ version: 1, rows });
}

/** Reads what `encodeHistory` wrote. Throws an Error when it is something else. */
export function decodeHistory(text: string): HistoryRow[] {
  return z.object({ version: z.literal(1), rows: z.array(rowSchema) }).parse(JSON.parse(text)).rows;
}

/**
 * The table that the API offers as result file: one line a step, empty where nothing was scored. A run that learns from rewards has
 * two columns more.
 */
export function resultTable(rows: readonly HistoryRow[]): string {
  const hasRewards = rows.some(({ figures }) => figures?.reward !== undefined);
  const lines = rows.map((row) =>
    [
      ...[row.step, row.loss, row.tokenAccuracy, row.validLoss, row.validTokenAccuracy],
      ...(hasRewards ? [row.figures?.reward, row.validFigures?.reward] : []),
    ]
      .map((value) => value ?? '')
      .join(','),
  );
  const header = 'step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy';
  const rewards = hasRewards ? ',train_mean_reward,valid_mean_reward' : '';
  return `${[header + rewards, ...lines].join('\n')}\n`;
}
