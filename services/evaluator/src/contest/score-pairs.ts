import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import type { ShardExample } from '@lathe/contracts/artifact/shard';
import type { Engine } from '../engine/engine.ts';
import type { ServedModel } from '../models/models.ts';
import type { HeldOutRow } from '../texts/held-out.ts';
import type { PairScores } from './judge/task-contest.ts';

/** A held-out pair: the row, and both answers in tokens, each with what stands before it. */
export type HeldOutPair = {
  readonly row: Extract<CanonicalRow, { kind: 'preference' }>;
  readonly better: ShardExample;
  readonly worse: ShardExample;
};

/** The rows that are pairs, all of which are where the data set is one of pairs. */
export function pairsOf(rows: readonly HeldOutRow[]): HeldOutPair[] {
  return rows.flatMap(({ pair, examples: [better] }) =>
    pair === undefined || better === undefined ? [] : [{ ...pair, better }],
  );
}

/** How likely a model finds either answer of each pair: ln p summed over the answer's tokens, in nats. */
export async function scorePairs(
  { engine: model }: Pick<ServedModel, 'engine'>,
  pairs: readonly HeldOutPair[],
  { engine, signal }: { readonly engine: Engine; readonly signal: AbortSignal },
): Promise<PairScores[]> {
  const answers = pairs.flatMap(({ better, worse }) => [better, worse]);
  const { logProbabilities } = await engine.score(model, answers, signal);
  return pairs.map((_, at) => ({
    preferred: logProbabilities[2 * at] as number,
    rejected: logProbabilities[2 * at + 1] as number,
  }));
}
