/** What a step reports; the trainer's metrics hold these among others. */
interface StepReport {
  /** Steps done, this one included. */
  readonly step: number;
  readonly loss: number;
  /** Tokens that the step went through. */
  readonly tokens: number;
  readonly seconds: number;
}

/** Tells a person how far a stage is. */
export interface Progress {
  step(report: StepReport, totalSteps: number): void;
}

/**
 * Prints a line every `every` steps and at the end: mean loss, tokens per second and time left since the line
 * before, such as `pre-train  step 120/1000  loss 3.214  8,900 tokens/s  4 min left`.
 */
export function printedProgress(
  name: string,
  { every, print }: { readonly every: number; readonly print: (line: string) => void },
): Progress {
  let sums = { steps: 0, loss: 0, tokens: 0, seconds: 0 };
  return {
    step({ step, loss, tokens, seconds }, totalSteps) {
      sums = {
        steps: sums.steps + 1,
        loss: sums.loss + loss,
        tokens: sums.tokens + tokens,
        seconds: sums.seconds + seconds,
      };
      if (step % every !== 0 && step !== totalSteps) return;
      const speed = Math.round(sums.tokens / sums.seconds).toLocaleString('en-GB');
      const left = (sums.seconds / sums.steps) * (totalSteps - step);
      print(
        `${name}  step ${step}/${totalSteps}  loss ${(sums.loss / sums.steps).toFixed(3)}  ` +
          `${speed} tokens/s  ${duration(left)} left`,
      );
      sums = { steps: 0, loss: 0, tokens: 0, seconds: 0 };
    },
  };
}

/** Seconds in words: `40 s`, `12 min`. */
export function duration(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
