import type { Finding } from '@lathe/contracts/artifact/dataset';
import type { Insight } from '@lathe/contracts/artifact/insight';
import type { LengthPolicy } from '@lathe/contracts/http/data';
import type { Findings } from '../check/findings.ts';
import { type LengthEffect, LengthSums } from './length-effects.ts';
import type { RowRoom } from './row-room.ts';

/** A row that is too long, and where. */
type Long = Pick<Finding, 'line' | 'member'> & {
  readonly tokens: number;
  readonly tools: number;
  readonly effects: readonly LengthEffect[];
  readonly isLeftOut: boolean;
};

/** The rows of a file that are too long, until it is known how many they are. */
export type LongRows = {
  add(row: Long): void;
  /** Once all rows are read: each becomes a finding, an error where the policy or their share says so. */
  judge(rows: number): void;
  told(): Insight['tooLong'];
};

/**
 * Names what is done about rows that are too long. Where the job says nothing, a share of them is left out, and more are
 * errors; what is split is as it always was, and named by nothing but the report.
 */
export function createLongRows(
  {
    policy,
    share,
    file,
  }: {
    readonly policy: LengthPolicy | undefined;
    readonly share: number;
    readonly file: Finding['file'];
  },
  {
    findings,
    settings,
    maxTokens,
    answerTokens,
  }: {
    readonly findings: Findings;
    readonly settings: { readonly listedFindings: number };
  } & RowRoom,
): LongRows {
  const sums = new LengthSums();
  const named: Long[] = [];
  let leftOut = 0;
  const isSplit = policy === undefined || policy === 'split';
  return {
    add(row) {
      sums.add(row.effects);
      if (row.isLeftOut) leftOut++;
      if (!(isSplit && !row.isLeftOut) && named.length < settings.listedFindings) named.push(row);
    },
    judge(rows) {
      const isError = policy === 'error' ? leftOut > 0 : isSplit && leftOut > share * rows;
      for (const { line, member, tokens, tools, isLeftOut } of named) {
        const outcome = isError ? '' : `; ${outcomeOf(policy, isLeftOut)}`;
        const message = `the row has ${tokens} tokens${ofTools(tools)}; at most ${maxTokens} fit${ofAnswer(answerTokens)}${outcome}`;
        const place = { file, line, ...(member !== undefined && { member }), path: '' };
        const level = isError ? 'error' : 'warn';
        const add = isError || !isLeftOut ? findings.add : findings.addLeftOut;
        add({ ...place, rule: 'too-long', message, level });
      }
    },
    told: () => sums.told(policy),
  };
}

function outcomeOf(policy: LengthPolicy | undefined, isLeftOut: boolean): string {
  const isEnd = policy === 'truncate_end';
  if (!isEnd && policy !== 'truncate_middle_context') return 'it was left out';
  if (!isLeftOut) return isEnd ? 'its end was cut' : 'the middle of its context was cut';
  return isEnd
    ? 'it was left out, since without its end there is nothing to learn from it'
    : 'it was left out, since its context is not long enough to be cut';
}

function ofAnswer(tokens: number): string {
  return tokens === 0 ? '' : ` beside an answer of ${tokens}`;
}

function ofTools(tokens: number): string {
  return tokens === 0 ? '' : `, ${tokens} of them for its tools`;
}
