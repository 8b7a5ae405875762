import { elementwise } from '@lathe/testkit/dense';
import { checkFamily } from '@lathe/testkit/gradient-check';
import { activationOps } from './activation.ts';

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** erf by its Taylor series, exact to rounding for |x| up to 3. */
function erf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 80; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const samples = [{ shapes: [[2, 5]] }, { shapes: [[]] }] as const;
const wide = [...samples, { shapes: [[3, 4]], domain: [-30, 30] }] as const;

checkFamily(activationOps, {
  Sigmoid: { reference: elementwise((x) => logistic(x)), samples: wide },
  Tanh: { reference: elementwise(Math.tanh), samples: wide },
  Erf: { reference: elementwise((x) => erf(x)), samples, noFloat64: 'value' },
  Gelu: {
    reference: elementwise((x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2))),
    samples,
    noFloat64: 'gradient',
  },
  Silu: { reference: elementwise((x) => x * logistic(x)), samples: wide },
});
