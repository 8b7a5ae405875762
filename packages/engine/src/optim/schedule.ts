/** How the learning rate moves: a warm-up from 0, then constant, down a line, or down a half cosine. */
export type Schedule = {
  readonly kind: 'constant' | 'linear' | 'cosine';
  /** Steps of warm-up; wins over `warmupRatio`. */
  readonly warmupSteps?: number | undefined;
  /** Share of all steps, rounded up. */
  readonly warmupRatio?: number | undefined;
};

/**
 * The factor on the learning rate at a step, counted from 0, as transformers' schedulers compute it
 * (so with a warm-up the very first step has factor 0):
 * t < w: t/w;  linear: (T−t)/(T−w);  cosine: ½(1 + cos(π(t−w)/(T−w)));  never below 0.
 */
export function scheduleFactor(schedule: Schedule, step: number, totalSteps: number): number {
  const warmup = warmupSteps(schedule, totalSteps);
  if (step < warmup) return step / warmup;
  const length = Math.max(1, totalSteps - warmup);
  switch (schedule.kind) {
    case 'constant':
      return 1;
    case 'linear':
      return Math.max(0, (totalSteps - step) / length);
    case 'cosine':
      return Math.max(0, 0.5 * (1 + Math.cos((Math.PI * (step - warmup)) / length)));
  }
}

/** The number of warm-up steps a schedule asks for in a run of `totalSteps`. */
export function warmupSteps(schedule: Schedule, totalSteps: number): number {
  return schedule.warmupSteps ?? Math.ceil((schedule.warmupRatio ?? 0) * totalSteps);
}
