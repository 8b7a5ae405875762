/** 97.5 % point of the standard normal distribution: 95 % lie between its negative and itself. */
const z = 1.959963984540054;

/** A rate with its 95 % interval. */
export type Rate = {
  readonly correct: number;
  readonly total: number;
  readonly rate: number;
  readonly low: number;
  readonly high: number;
};

/**
 * A rate with its 95 % Wilson score interval (Wilson 1927):
 * (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n). Of no rows: 0 in [0, 1]. With none right the lower end is 0 exactly, with all
 * right the upper end 1.
 *
 * @example const { low, high } = wilson(85, 100); // 0.767, 0.907
 */
export function wilson(correct: number, total: number): Rate {
  if (total === 0) return { correct, total, rate: 0, low: 0, high: 1 };
  const rate = correct / total;
  const shift = (z * z) / total;
  const centre = rate + shift / 2;
  const spread = z * Math.sqrt((rate * (1 - rate)) / total + shift / (4 * total));
  return {
    correct,
    total,
    rate,
    // The ends that the formula meets only but for rounding.
    low: correct === 0 ? 0 : Math.max(0, (centre - spread) / (1 + shift)),
    high: correct === total ? 1 : Math.min(1, (centre + spread) / (1 + shift)),
  };
}
