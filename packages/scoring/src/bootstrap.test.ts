import { expect, it } from 'vitest';
import { bootstrap, type Metric, pairedBootstrap, quantile } from './bootstrap.ts';
import { vectors } from './vectors.fixture.ts';

type Case = {
  values: number[];
  other: number[];
  interval: [number, number];
  difference: [number, number];
  standardError: number;
};

const meanOf =
  (values: number[]): Metric =>
  (draw) => {
    let sum = 0;
    for (let at = 0; at < draw.length; at++) sum += values[draw[at] as number] as number;
    return sum / draw.length;
  };

it("comes near scipy's intervals, which are drawn by chance too", () => {
  for (const { values, other, interval, difference, standardError } of vectors<Case[]>(
    'bootstrap',
  )) {
    const near = (actual: { low: number; high: number }, [low, high]: [number, number]) => {
      const slack = 0.05 * (high - low);
      expect(Math.abs(actual.low - low)).toBeLessThan(slack);
      expect(Math.abs(actual.high - high)).toBeLessThan(slack);
    };
    const options = { seed: 1, draws: 40_000 };
    near(bootstrap(values.length, meanOf(values), options), interval);
    const paired = pairedBootstrap(values.length, [meanOf(values), meanOf(other)], options);
    near(paired, difference);
    expect(paired.standardError / standardError).toBeCloseTo(1, 1);
  }
});

it('decides by an interval that leaves out less', () => {
  const values = Array.from({ length: 30 }, (_, at) => Math.sin(7 * at));
  const { low, high, decisive } = pairedBootstrap(30, [meanOf(values), () => 0], {
    ...{ seed: 1, draws: 40_000 },
  });
  // Student's points of 29 degrees for tails of 0.0175 and 0.025, by scipy.
  expect((decisive.high - decisive.low) / (high - low)).toBeCloseTo(2.212 / 2.0452, 1.5);
});

it('draws rows of one cluster together', () => {
  // Ten values, each eight times: as sure as ten rows, not as eighty.
  const own = Array.from({ length: 10 }, (_, at) => Math.sin(7 * at));
  const all = own.flatMap((value) => Array<number>(8).fill(value));
  const clusters = all.map((_, row) => Math.floor(row / 8));
  const options = { seed: 3, draws: 10_000 };
  const width = ({ low, high }: { low: number; high: number }) => high - low;
  const clustered = bootstrap(80, meanOf(all), { ...options, clusters });
  expect(clustered.value).toBeCloseTo(bootstrap(10, meanOf(own), options).value, 12);
  expect(width(clustered) / width(bootstrap(10, meanOf(own), options))).toBeCloseTo(1, 1);
  expect(width(clustered) / width(bootstrap(80, meanOf(all), options))).toBeGreaterThan(2.5);
  const single = all.map((_, row) => row);
  expect(bootstrap(80, meanOf(all), { ...options, clusters: single })).toEqual(
    bootstrap(80, meanOf(all), options),
  );
  expect(() => bootstrap(80, meanOf(all), { ...options, clusters: [1] })).toThrow(RangeError);
});

it('is the same for the same seed', () => {
  const metric = meanOf(Array.from({ length: 40 }, (_, row) => Math.sqrt(row)));
  const of = (seed: number) => bootstrap(40, metric, { seed });
  expect(of(4)).toEqual(of(4));
  expect(of(4)).not.toEqual(of(5));
  expect(of(4)).not.toEqual(of(4 + 2 ** 32));
});

it('does not vary where nothing does', () => {
  const ones = meanOf(Array(50).fill(1));
  const zeros = meanOf(Array(50).fill(0));
  const options = { seed: 0, draws: 999 };
  expect(pairedBootstrap(50, [ones, zeros], options)).toEqual({
    value: 1,
    low: 1,
    high: 1,
    decisive: { low: 1, high: 1 },
    standardError: 0,
  });
  expect(pairedBootstrap(50, [ones, ones], options)).toMatchObject({ low: 0, high: 0 });
});

it('takes quantiles between values', () => {
  expect(quantile([1, 2, 4], 0.25)).toBe(1.5);
  expect(quantile([7], 0.9)).toBe(7);
});
