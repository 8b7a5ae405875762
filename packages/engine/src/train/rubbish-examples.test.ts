import { resolveRecipe } from '@lathe/recipe/recipe';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { familyTasks } from '../parity/family-tasks.ts';
import { DivergedError } from './diverged-error.ts';
import { createTrainer } from './trainer.ts';

type Field = number | Int32Array | Float32Array | Uint8Array | undefined;

/** Something else in the place of a number or of a list of numbers. */
const damage = fc.record({
  how: fc.constantFrom('empty', 'longer', 'shorter', 'element', 'number'),
  at: fc.nat({ max: 30 }),
  value: fc.constantFrom(-1, -2, 64, 65, 3, 2 ** 31 - 1, -(2 ** 31), 255, 0),
  float: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 1e38, -1, 2, 0.5),
});
type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

function damaged(field: Field, { how, at, value, float }: Damage): Field {
  if (field === undefined) return undefined;
  if (typeof field === 'number') return how === 'number' ? float : value;
  const make = (length: number): Exclude<Field, number | undefined> => {
    const next =
      field instanceof Float32Array
        ? new Float32Array(length)
        : field instanceof Int32Array
          ? new Int32Array(length)
          : new Uint8Array(length);
    next.set(field.subarray(0, length));
    return next;
  };
  if (how === 'empty') return make(0);
  if (how === 'longer') return make(field.length + 1 + at * 10);
  if (how === 'shorter') return make(Math.max(0, field.length - 1 - at));
  const copy = make(field.length);
  if (copy.length > 0) copy[at % copy.length] = copy instanceof Float32Array ? float : value;
  return copy;
}

describe.each(['tied', 'bert'] as const)('examples of "%s" with rubbish in them', (family) => {
  it('are refused by their number, or train', async () => {
    const { model, tasks } = await familyTasks(family);
    const settings = resolveRecipe({
      adaptation: { type: 'lora', rank: 1 },
      batchSize: 8,
      shuffle: false,
      packing: false,
      microBatchTokens: 8192,
    });
    for (const { name, objective, examples } of tasks) {
      const fields = Object.keys(examples[0] ?? {});
      let refused = 0;
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...fields), damage, async (field, change) => {
          const rubbish = examples.map((example, at) => {
            const given = example as Readonly<Record<string, Field>>;
            return at === 2 ? { ...given, [field]: damaged(given[field], change) } : given;
          });
          try {
            const trainer = await createTrainer({
              model,
              settings,
              objective,
              examples: rubbish,
            });
            const step = trainer.trainStep();
            expect((await step).loss, name).not.toBeNaN();
            await trainer.dispose();
          } catch (error) {
            // A number to predict may be so large that its square is none.
            const isOurs = error instanceof RangeError || error instanceof DivergedError;
            if (!isOurs) throw error;
            expect(error.message, name).toMatch(/example 2\b|examples .*\b2\b/);
            refused++;
          }
        }),
        { numRuns: 20 },
      );
      expect(refused, name).toBeGreaterThan(0);
    }
  });
});
