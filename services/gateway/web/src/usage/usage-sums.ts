import type { UsageObject } from '@lathe/contracts/http/usage';

export type Day = UsageObject['days'][number];
export type ModelUse = Day['models'][number];

/** A figure of all days together. */
export function sumOf(
  days: readonly Day[],
  name: 'jobs_created' | 'trained_tokens' | 'worker_seconds',
): number {
  return days.reduce((sum, day) => sum + day[name], 0);
}

/** What each model answered on all days, the one that was asked most first. */
export function byModel(days: readonly Day[]): readonly ModelUse[] {
  const uses = Map.groupBy(
    days.flatMap(({ models }) => models),
    ({ model }) => model,
  );
  const total = (each: readonly ModelUse[], name: Exclude<keyof ModelUse, 'model'>): number =>
    each.reduce((sum, use) => sum + use[name], 0);
  return [...uses]
    .map(([model, each]) => ({
      model,
      requests: total(each, 'requests'),
      input_tokens: total(each, 'input_tokens'),
      output_tokens: total(each, 'output_tokens'),
    }))
    .toSorted((a, b) => b.requests - a.requests);
}

/** The days on which anything was used, the newest first. */
export function usedDays(days: readonly Day[]): readonly Day[] {
  const isUsed = (day: Day): boolean =>
    day.models.length > 0 ||
    day.jobs_created + day.jobs_succeeded + day.jobs_failed + day.trained_tokens > 0;
  return days.filter(isUsed).toReversed();
}
