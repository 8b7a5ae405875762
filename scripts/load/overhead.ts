/** Work that was done within a stretch of time. */
export type Pace = { readonly tokens: number; readonly seconds: number };

/** Trained tokens per second of several stretches together. */
export function rate(paces: readonly Pace[]): number {
  const sum = (of: (pace: Pace) => number): number =>
    paces.reduce((total, pace) => total + of(pace), 0);
  return sum((pace) => pace.tokens) / sum((pace) => pace.seconds);
}

/**
 * How much longer the platform takes for the same tokens than the engine alone: 0.2 is 20 %. It is
 * negative when the platform was faster.
 */
export function overhead(engine: readonly Pace[], platform: Pace): number {
  return rate(engine) / rate([platform]) - 1;
}

/**
 * The platform's pace as if its machine had not evaluated as well: the processor time of evaluation,
 * spread over the cores, is taken off. It holds where the cores were busy throughout, which
 * `busy` (processor time / (cores × seconds)) tells.
 */
export function withoutEvaluation(
  platform: Pace,
  evaluation: { readonly cpuSeconds: number; readonly cores: number },
): Pace {
  return { ...platform, seconds: platform.seconds - evaluation.cpuSeconds / evaluation.cores };
}
