/** How the learning rate moves: a warm-up from 0, then one of the ways down. */
export type Schedule = {
  /** Constant; down a line; down a half cosine; or stable and then down a line (warm-up, stable, decay). */
  readonly kind: 'constant' | 'linear' | 'cosine' | 'wsd';
  /** Steps of warm-up; wins over `warmupRatio`. */
  readonly warmupSteps?: number | undefined;
  /** Share of all steps, rounded up. */
  readonly warmupRatio?: number | undefined;
  /** The factor that `cosine` and `wsd` end at; 0 when absent. */
  readonly minimum?: number | undefined;
  /** Share of all steps, rounded up, in which `wsd` falls; 0.1 when absent. */
  readonly decayRatio?: number | undefined;
};

/**
 * The factor on the learning rate at a step, counted from 0, as transformers' schedulers compute it
 * (so with a warm-up the very first step has factor 0), for T steps of which w are warm-up:
 * t < w: t/w;  linear: (T−t)/(T−w);  cosine: c + (1−c)·½(1 + cos(π(t−w)/(T−w)));
 * wsd with d steps of decay: c + (1−c)·t/w, then 1, then c + (1−c)·(T−t)/d;  never below 0.
 */
export function scheduleFactor(schedule: Schedule, step: number, totalSteps: number): number {
  const warmup = warmupSteps(schedule, totalSteps);
  const floor = schedule.minimum ?? 0;
  const bottom = schedule.kind === 'wsd' ? floor : 0;
  if (step < warmup) return bottom + ((1 - bottom) * step) / warmup;
  const length = Math.max(1, totalSteps - warmup);
  switch (schedule.kind) {
    case 'constant':
      return 1;
    case 'linear':
      return Math.max(0, (totalSteps - step) / length);
    case 'cosine': {
      const wave = 0.5 * (1 + Math.cos((Math.PI * (step - warmup)) / length));
      return Math.max(0, floor + (1 - floor) * wave);
    }
    case 'wsd': {
      const decay = Math.max(1, Math.ceil((schedule.decayRatio ?? 0.1) * totalSteps));
      return floor + (1 - floor) * Math.min(1, Math.max(0, (totalSteps - step) / decay));
    }
  }
}

/** The number of warm-up steps a schedule asks for in a run of `totalSteps`. */
export function warmupSteps(schedule: Schedule, totalSteps: number): number {
  return schedule.warmupSteps ?? Math.ceil((schedule.warmupRatio ?? 0) * totalSteps);
}
