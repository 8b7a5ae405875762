import type { Step } from '../engine/engine-message.ts';

/** What is known about a run's speed. */
export type Pace = { readonly secondsLeft: number | undefined; readonly tokensPerSecond: number };

/** Share of the newest step in the running means. */
const weight = 0.1;
/** The first steps warm caches and are left out of the estimate when others exist. */
const warmUpSteps = 2;

/**
 * Measures a run's speed as exponential means over its steps by the clock, so that checkpoints and
 * scoring count too. `now` in milliseconds.
 */
export function createTelemetry(totalSteps: number, now: () => number) {
  let steps = 0;
  let lastAt = now();
  let secondsPerStep: number | undefined;
  let tokensPerSecond = 0;
  return {
    /** Takes in steps of which the last has just ended: they share the time since the ones before. */
    steps(told: readonly Pick<Step, 'step' | 'tokens' | 'seconds'>[]): Pace {
      const at = now();
      const elapsed = (at - lastAt) / 1000 / Math.max(told.length, 1);
      lastAt = at;
      for (const { tokens, seconds } of told) {
        steps++;
        const rate = tokens / Math.max(seconds, 1e-6);
        const fresh = secondsPerStep === undefined || steps <= warmUpSteps;
        secondsPerStep = fresh ? elapsed : mix(secondsPerStep ?? elapsed, elapsed);
        tokensPerSecond = fresh ? rate : mix(tokensPerSecond, rate);
      }
      const left = totalSteps - (told.at(-1)?.step ?? 0);
      return {
        secondsLeft: steps < warmUpSteps ? undefined : (secondsPerStep ?? 0) * left,
        tokensPerSecond,
      };
    },
  };
}

function mix(mean: number, value: number): number {
  return mean + weight * (value - mean);
}
