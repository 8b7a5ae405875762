import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import type { Insight } from '@lathe/contracts/artifact/insight';
import { type LengthPolicy, lengthPolicies } from '@lathe/contracts/http/data';
import type { EncodedRow } from '@lathe/tokenizer/encoded-row';
import { contextOf } from './cut-texts.ts';
import { type Cutting, longestOf } from './cutting.ts';
import { hasMeaning } from './length-policy.ts';

/** What a policy makes of a row that is too long. */
export type LengthEffect = {
  readonly policy: LengthPolicy;
  readonly isLeftOut: boolean;
  /** Tokens that are lost, and those of them that are taught. */
  readonly tokens: number;
  readonly taught: number;
  /** Examples where it is split. */
  readonly examples?: number;
};

/**
 * What each policy that has a meaning would make of a row that is too long, `whole` in tokens. Of cuts it is told what they must take at
 * least: where texts are cut, tokens beside the cut may differ by a few.
 */
export function effectsOn(row: CanonicalRow, whole: EncodedRow, cutting: Cutting): LengthEffect[] {
  const { maxTokens, pieceTokens } = cutting.room;
  const all = { tokens: 0, taught: 0 };
  const beyond = { tokens: 0, taught: 0 };
  let isTaughtGone = false;
  for (const { supervised } of whole.examples) {
    const taught = countOf(supervised);
    const cut = countOf(supervised.subarray(maxTokens));
    all.tokens += supervised.length;
    all.taught += taught;
    beyond.tokens += Math.max(0, supervised.length - maxTokens);
    beyond.taught += cut;
    isTaughtGone ||= taught > 0 && taught === cut;
  }
  const effect = (policy: LengthPolicy): LengthEffect => {
    if (policy === 'split')
      return {
        ...{ policy, isLeftOut: false, tokens: 0, taught: 0 },
        examples: Math.ceil(all.tokens / Math.min(maxTokens, pieceTokens)),
      };
    const isLeftOut =
      policy === 'truncate_end'
        ? isTaughtGone
        : policy !== 'truncate_middle_context' ||
          contextTokens(row, cutting) < longestOf(whole) - maxTokens;
    if (isLeftOut) return { policy, isLeftOut, ...all };
    const isMiddle = policy === 'truncate_middle_context' && row.kind !== 'text';
    return { policy, isLeftOut, ...beyond, ...(isMiddle && { taught: 0 }) };
  };
  return lengthPolicies.filter((policy) => hasMeaning(policy, row.kind)).map(effect);
}

function countOf(supervised: Uint8Array): number {
  let count = 0;
  for (const flag of supervised) if (flag !== 0) count++;
  return count;
}

/** Tokens that could be cut without loss of an instruction, an answer or a question. */
function contextTokens(row: CanonicalRow, { encoder }: Cutting): number {
  if (row.kind === 'related' || row.kind === 'text') return Infinity;
  const texts = row.kind === 'question' ? [row.context] : (contextOf(row)?.texts ?? []);
  return texts.reduce((sum, text) => sum + encoder.places(text).length, 0);
}

/** Adds up what policies make of the rows of a file that are too long. */
export class LengthSums {
  private rows = 0;
  private readonly sums = new Map<
    LengthPolicy,
    Omit<Sum, 'policy' | 'examples'> & { examples: number }
  >();

  add(effects: readonly LengthEffect[]): void {
    this.rows++;
    for (const { policy, isLeftOut, tokens, taught, examples = 0 } of effects) {
      const sum = this.sums.get(policy) ?? {
        ...{ changed: 0, leftOut: 0, tokens: 0, taught: 0, examples: 0 },
      };
      this.sums.set(policy, sum);
      sum[isLeftOut ? 'leftOut' : 'changed']++;
      sum.tokens += tokens;
      sum.taught += taught;
      sum.examples += examples;
    }
  }

  /** For the report; undefined where no row is too long. */
  told(chosen: LengthPolicy | undefined): Insight['tooLong'] {
    if (this.rows === 0) return undefined;
    const policies = [...this.sums].map(([policy, { examples, ...sum }]) => ({
      ...{ policy, ...sum },
      ...(policy === 'split' && { examples }),
    }));
    return { rows: this.rows, chosen: chosen ?? null, policies };
  }
}

type Sum = NonNullable<Insight['tooLong']>['policies'][number];
