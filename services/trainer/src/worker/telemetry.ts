import type { Step } from './engine-message.ts';

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
    /** Takes in a step that has just ended. */
    step({ step, tokens, seconds }: Pick<Step, 'step' | 'tokens' | 'seconds'>): Pace {
      const at = now();
      const elapsed = (at - lastAt) / 1000;
      lastAt = at;
      steps++;
      const rate = tokens / Math.max(seconds, 1e-6);
      const fresh = secondsPerStep === undefined || steps <= warmUpSteps;
      secondsPerStep = fresh ? elapsed : mix(secondsPerStep ?? elapsed, elapsed);
      tokensPerSecond = fresh ? rate : mix(tokensPerSecond, rate);
      return {
        secondsLeft: steps < warmUpSteps ? undefined : secondsPerStep * (totalSteps - step),
        tokensPerSecond,
      };
    },
  };
}

function mix(mean: number, value: number): number {
  return mean + weight * (value - mean);
}
