import type { Preference } from '@lathe/recipe/preference';
import { dpo } from './dpo.ts';
import { badTarget, type TokenizedExample } from './example.ts';
import { type JudgedCompletion, kto } from './kto.ts';
import type { Objective } from './objective.ts';
import { parseSettings } from './objective-settings.ts';
import { orpo } from './orpo.ts';
import type { PreferencePair } from './preference-pair.ts';
import { simpo } from './simpo.ts';

/**
 * The objective of a loss over answers with the function from rows of tokens to its examples: pairs of answers from
 * two rows each, the better one first, and judged ones from the flags of their targets.
 */
export function preferenceObjective<Result>(
  preference: Preference,
  act: <Example>(
    objective: Objective<Example>,
    examplesOf: (rows: readonly TokenizedExample[]) => readonly Example[],
  ) => Result,
): Result {
  if (preference.loss !== 'kto') return act(pairObjective(preference), pairsOf);
  const { beta, desirableWeight, undesirableWeight } = preference;
  return act(kto(parseSettings('KTO', { beta, desirableWeight, undesirableWeight })), judgedOf);
}

function pairObjective({
  loss,
  beta,
  gamma,
  labelSmoothing,
}: Preference): Objective<PreferencePair> {
  if (loss === 'orpo') return orpo(parseSettings('ORPO', { beta }));
  if (loss === 'simpo') return simpo(parseSettings('SimPO', { beta, gamma, labelSmoothing }));
  return dpo(parseSettings('DPO', { loss, beta, labelSmoothing }));
}

function pairsOf(rows: readonly TokenizedExample[]): PreferencePair[] {
  if (rows.length % 2 !== 0) throw new RangeError('a pair of answers lacks its second');
  return Array.from({ length: rows.length / 2 }, (_, pair) => ({
    chosen: rows[2 * pair] as TokenizedExample,
    rejected: rows[2 * pair + 1] as TokenizedExample,
  }));
}

function judgedOf(rows: readonly TokenizedExample[]): JudgedCompletion[] {
  return rows.map(({ tokens, supervised }) => {
    const from = supervised.findIndex((flag) => flag !== 0);
    const to = supervised.findLastIndex((flag) => flag !== 0) + 1;
    return {
      prompt: tokens.slice(0, from),
      completion: tokens.slice(from, to),
      desirable: supervised[from] !== badTarget,
    };
  });
}
