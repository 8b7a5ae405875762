import type { EvalItem } from '@lathe/contracts/artifact/eval-item';
import type { RunTally } from '@lathe/contracts/record/eval-run';
import { addJudged } from './judging.ts';

type Usage = RunTally['usage'][number];

/** Adds up what came of rows, each of which is to be added once. */
export type Tally = {
  add(item: Pick<EvalItem, 'status' | 'results' | 'usage'>): void;
  /** As it is now, of so many rows in all. */
  now(total: number): RunTally;
};

const counted = { pass: 'passed', fail: 'failed', error: 'errored' } as const;

/** A tally for the criteria of those names. A row that a criterion cannot judge counts on neither side of it. */
export function createTally(criteria: readonly string[]): Tally {
  const counts = { passed: 0, failed: 0, errored: 0 };
  type Counts = Pick<RunTally['criteria'][number], 'passed' | 'failed' | 'judging'>;
  const results = new Map<string, Counts>(criteria.map((name) => [name, { passed: 0, failed: 0 }]));
  let usage: Usage[] = [];
  return {
    add(item) {
      counts[counted[item.status]]++;
      for (const { name, passed, error, judged } of item.results) {
        const before = results.get(name);
        if (before === undefined || error !== undefined) continue;
        results.set(name, {
          ...before,
          ...(judged === undefined ? {} : { judging: addJudged(before.judging, judged) }),
          [passed ? 'passed' : 'failed']: before[passed ? 'passed' : 'failed'] + 1,
        });
      }
      usage = addUsage(usage, item.usage);
    },
    now: (total) => ({
      counts: { total, ...counts },
      criteria: [...results].map(([name, result]) => ({ testing_criteria: name, ...result })),
      usage,
    }),
  };
}

/** What models were asked in all, by their names. */
export function addUsage(one: readonly Usage[], other: readonly Usage[]): Usage[] {
  const all = new Map(one.map((each) => [each.model_name, each]));
  for (const each of other) {
    const before = all.get(each.model_name);
    all.set(each.model_name, before === undefined ? each : sum(before, each));
  }
  return [...all.values()].toSorted((a, b) => (a.model_name < b.model_name ? -1 : 1));
}

function sum(a: Usage, b: Usage): Usage {
  return {
    model_name: a.model_name,
    invocation_count: a.invocation_count + b.invocation_count,
    prompt_tokens: a.prompt_tokens + b.prompt_tokens,
    completion_tokens: a.completion_tokens + b.completion_tokens,
    total_tokens: a.total_tokens + b.total_tokens,
    cached_tokens: a.cached_tokens + b.cached_tokens,
  };
}
