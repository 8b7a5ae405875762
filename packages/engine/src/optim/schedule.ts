import type { Recipe } from '@lathe/recipe/recipe';

/** How the learning rate moves: a warm-up from 0, then one of the ways down. */
export type Schedule = Pick<
  Recipe,
  'schedule' | 'warmupSteps' | 'warmupRatio' | 'minimumRate' | 'decayRatio'
>;

/**
 * The factor on the learning rate at a step, counted from 0, as transformers' schedulers compute it
 * (so with a warm-up the very first step has factor 0), for T steps of which w are warm-up:
 * t < w: t/w;  linear: (T−t)/(T−w);  cosine: c + (1−c)·½(1 + cos(π(t−w)/(T−w)));
 * wsd with d steps of decay: c + (1−c)·t/w, then 1, then c + (1−c)·(T−t)/d;  never below 0.
 */
export function scheduleFactor(settings: Schedule, step: number, totalSteps: number): number {
  const warmup = warmupSteps(settings, totalSteps);
  const { schedule, minimumRate: floor, decayRatio } = settings;
  const bottom = schedule === 'wsd' ? floor : 0;
  if (step < warmup) return bottom + ((1 - bottom) * step) / warmup;
  const length = Math.max(1, totalSteps - warmup);
  switch (schedule) {
    case 'constant':
      return 1;
    case 'linear':
      return Math.max(0, (totalSteps - step) / length);
    case 'cosine': {
      const wave = 0.5 * (1 + Math.cos((Math.PI * (step - warmup)) / length));
      return Math.max(0, floor + (1 - floor) * wave);
    }
    case 'wsd': {
      const decay = Math.max(1, Math.ceil(decayRatio * totalSteps));
      return floor + (1 - floor) * Math.min(1, Math.max(0, (totalSteps - step) / decay));
    }
  }
}

/** The number of warm-up steps a schedule asks for in a run of `totalSteps`. */
function warmupSteps(
  { warmupSteps: steps, warmupRatio = 0 }: Pick<Schedule, 'warmupSteps' | 'warmupRatio'>,
  totalSteps: number,
): number {
  return steps ?? Math.ceil(warmupRatio * totalSteps);
}
