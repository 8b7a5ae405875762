/**
 * Probability that a variable of Student's t distribution with so many degrees of freedom is above `t`: half of the regularised
 * incomplete beta function I_x(df/2, 1/2) at x = df/(df + t²) (Abramowitz and Stegun 26.7.1).
 *
 * @example studentTail(2.262, 9); // 0.025
 */
export function studentTail(t: number, degrees: number): number {
  const square = t * t;
  const ends = [degrees / (degrees + square), square / (degrees + square)] as const;
  const half = incompleteBeta(ends, degrees / 2, 0.5) / 2;
  return t >= 0 ? half : 1 - half;
}

/**
 * The value that a standard normal variable is above with the probability: the inverse of its tail, by bisection. Infinite at 0 and 1.
 *
 * @example normalPoint(0.025); // 1.96
 */
export function normalPoint(tail: number): number {
  if (tail <= 0) return Number.POSITIVE_INFINITY;
  if (tail >= 1) return Number.NEGATIVE_INFINITY;
  return bisect((z) => normalTail(z) - tail);
}

/**
 * The value that a variable of Student's t distribution is above with the probability, by bisection.
 *
 * @example studentPoint(0.025, 9); // 2.262
 */
export function studentPoint(tail: number, degrees: number): number {
  return bisect((t) => studentTail(t, degrees) - tail);
}

/**
 * Probability that a standard normal variable is above `z`: near the middle by the series of the error function (Abramowitz and Stegun
 * 26.2.11), further out by the continued fraction of Mill's ratio (26.2.14).
 *
 * @example normalTail(1.96); // 0.025
 */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z < 3) {
    let [sum, term] = [z, z];
    for (let odd = 3; Math.abs(term) > 1e-17 * sum; odd += 2) {
      term *= (z * z) / odd;
      sum += term;
    }
    return 0.5 - density * sum;
  }
  let ratio = z;
  for (let k = 200; k >= 1; k--) ratio = z + k / ratio;
  return density / ratio;
}

/** Where a falling function is 0. */
function bisect(of: (value: number) => number): number {
  let [low, high] = [-1, 1];
  while (of(low) < 0) low *= 2;
  while (of(high) > 0) high *= 2;
  for (let round = 0; round < 100; round++) {
    const middle = (low + high) / 2;
    if (of(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** I_x(a, b) by its continued fraction, evaluated from the front (Lentz's method; DLMF 8.17.22), of x and 1 − x. */
function incompleteBeta([x, rest]: readonly [number, number], a: number, b: number): number {
  if (x <= 0) return 0;
  if (rest <= 0) return 1;
  // The fraction converges fast below this, and I_x(a, b) = 1 - I_{1-x}(b, a).
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta([rest, x], b, a);
  const front = Math.exp(
    a * Math.log(x) + b * Math.log(rest) - (logGamma(a) + logGamma(b) - logGamma(a + b)),
  );
  const least = 1e-300;
  const guard = (value: number) => (Math.abs(value) < least ? least : value);
  let c = 1;
  let d = 1 / guard(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    for (const term of [even, odd]) {
      d = 1 / guard(1 + term * d);
      c = guard(1 + term / c);
      fraction *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return (front * fraction) / a;
}

const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
];

/** ln Γ(x) for x > 0 by Lanczos' approximation with g = 7 and nine terms. */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const t = x + 6.5;
  const sum = lanczos.reduce(
    (all, value, at) => (at === 0 ? value : all + value / (x + at - 1)),
    0,
  );
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}
