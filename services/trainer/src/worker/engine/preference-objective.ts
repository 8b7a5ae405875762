import { badTarget } from '@lathe/contracts/artifact/shard';
import type { TokenizedExample } from '@lathe/engine/example';
import type { Objective } from '@lathe/engine/objective';
import { dpo, parseDpoSettings } from '@lathe/engine/objectives/dpo';
import { type JudgedCompletion, kto, parseKtoSettings } from '@lathe/engine/objectives/kto';
import { orpo, parseOrpoSettings } from '@lathe/engine/objectives/orpo';
import { parseSimpoSettings, simpo } from '@lathe/engine/objectives/simpo';
import type { PreferencePair } from '@lathe/engine/preference-pair';
import type { Preference } from '@lathe/recipe/preference';

/** The objective over pairs of answers that the settings ask for. Throws RangeError for kto, which takes none. */
export function pairObjective({
  loss,
  beta,
  gamma,
  labelSmoothing,
}: Preference): Objective<PreferencePair> {
  if (loss === 'orpo') return orpo(parseOrpoSettings({ beta }));
  if (loss === 'simpo') return simpo(parseSimpoSettings({ beta, gamma, labelSmoothing }));
  return dpo(parseDpoSettings({ loss, beta, labelSmoothing }));
}

/** The objective over judged answers. */
export function judgementObjective({
  beta,
  desirableWeight,
  undesirableWeight,
}: Preference): Objective<JudgedCompletion> {
  return kto(parseKtoSettings({ beta, desirableWeight, undesirableWeight }));
}

/** Pairs lie in shards as two examples each, the better answer first. Throws RangeError for an odd number. */
export function pairsOf(examples: readonly TokenizedExample[]): PreferencePair[] {
  if (examples.length % 2 !== 0) throw new RangeError('a pair of answers lacks its second');
  return Array.from({ length: examples.length / 2 }, (_, pair) => ({
    chosen: examples[2 * pair] as TokenizedExample,
    rejected: examples[2 * pair + 1] as TokenizedExample,
  }));
}

/** Judged answers lie in shards as examples whose targets are its tokens; their flag tells the judgement. */
export function judgedOf(examples: readonly TokenizedExample[]): JudgedCompletion[] {
  return examples.map(({ tokens, supervised }) => {
    const from = supervised.findIndex((flag) => flag !== 0);
    const to = supervised.findLastIndex((flag) => flag !== 0) + 1;
    return {
      prompt: tokens.slice(0, from),
      completion: tokens.slice(from, to),
      desirable: supervised[from] !== badTarget,
    };
  });
}
