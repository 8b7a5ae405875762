import { optimizerSchema } from '@lathe/recipe/optimizer';
import { describe, expect, it } from 'vitest';
import { child, fillNormal, rootSeed, words } from '../nn/seed.ts';
import { createOptimizer } from '../optim/create-optimizer.ts';
import { addToSum, firstSum, type MemberGradient, squares, updateFrom } from './summed-gradient.ts';

/** Several blocks of rows, of which the last is not full. */
const rows = 9_001;
const width = 10;
const seed = rootSeed(5);

/** Rows for 200 places, some of them more than once, drawn anew for each batch. */
function batch(number: number, whole?: Float32Array<ArrayBuffer>): MemberGradient {
  const places = Int32Array.from(
    { length: 200 },
    (_, at) => words(child(seed, `places ${number}`), at).low % (at < 100 ? 40 : rows),
  );
  const values = new Float32Array(places.length * width);
  fillNormal(values, child(seed, `rows ${number}`), 1);
  return { whole, added: [{ places, rows: values }] };
}

/** The whole table of what batches add up to. */
function table(batches: readonly MemberGradient[]): Float32Array<ArrayBuffer> {
  const sum = new Float32Array(rows * width);
  for (const { added } of batches)
    for (const { places, rows: values } of added)
      for (const [at, place] of places.entries())
        for (let column = 0; column < width; column++)
          sum[place * width + column]! += values[at * width + column]!;
  return sum;
}

describe('the gradient of a table by rows', () => {
  it('has the squares of the whole table', () => {
    const batches = [batch(1), batch(2)];
    const sum = firstSum(batch(1), [rows, width]);
    addToSum(sum, batch(2));
    const wanted = table(batches).reduce((total, x) => total + x * x, 0);
    expect(squares(sum, undefined) / wanted).toBeCloseTo(1, 6);
  });

  it('is added to a whole one where there is one', () => {
    const whole = () => new Float32Array(rows * width).fill(0.5);
    const sum = firstSum(batch(1, whole()), [rows, width]) as Float32Array<ArrayBuffer>;
    addToSum(sum, batch(2, whole()));
    const wanted = table([batch(1), batch(2)]).map((x) => x + 1);
    expect(Math.max(...sum.map((x, at) => Math.abs(x - (wanted[at] ?? Number.NaN))))).toBeLessThan(
      1e-5,
    );
  });

  it.each(['adamw', 'sgd', 'lion', 'adafactor'] as const)(
    'moves every row as %s moves it by the whole table',
    (type) => {
      const optimizer = createOptimizer(
        optimizerSchema.parse({
          type,
          weightDecay: 0.1,
          ...(type === 'sgd' && { momentum: 0.9 }),
        }),
      );
      const run = (isWhole: boolean) => {
        const member = { name: 'table', shape: [rows, width], decays: true, offset: 0 };
        const group = {
          name: 'group',
          size: rows * width,
          decays: true,
          rate: 1,
          members: [member],
        };
        const buffers = Object.fromEntries(
          Object.entries(optimizer.buffers(group)).map(([kind, size]) => [
            kind,
            new Float32Array(size),
          ]),
        );
        const weights = new Float32Array(rows * width);
        fillNormal(weights, child(seed, 'weights'), 0.02);
        for (const step of [1, 2, 3]) {
          const gradient = batch(step);
          const sum = isWhole ? table([gradient]) : firstSum(gradient, [rows, width]);
          const scalars = optimizer.scalars(1e-2, step);
          updateFrom(sum, optimizer, {
            group,
            shape: [rows, width],
            weights,
            buffers,
            factor: 0.3,
            scalars,
          });
        }
        return { weights, buffers };
      };
      expect(run(false)).toEqual(run(true));
    },
  );
});
