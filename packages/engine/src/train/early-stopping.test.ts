import { earlyStoppingSchema } from '@lathe/recipe/early-stopping';
import { expect, it } from 'vitest';
import { watchMetric } from './early-stopping.ts';

it('ends after so many evaluations in a row that are not better by enough', () => {
  const watch = watchMetric(earlyStoppingSchema.parse({ patience: 2, minimumChange: 0.1 }));
  expect(watch.best).toBeUndefined();
  expect(watch.take(1, Number.NaN)).toEqual({ isBest: false, goesOn: true });
  expect(watch.take(2, 1)).toEqual({ isBest: true, goesOn: true });
  expect(watch.take(3, 0.95)).toEqual({ isBest: false, goesOn: true });
  expect(watch.take(4, 0.8)).toEqual({ isBest: true, goesOn: true });
  expect(watch.take(5, 0.9)).toEqual({ isBest: false, goesOn: true });
  expect(watch.take(6, 0.75)).toEqual({ isBest: false, goesOn: false });
  expect(watch.best).toEqual({ step: 4, value: 0.8 });
});

it('takes a larger accuracy as the better one', () => {
  const watch = watchMetric(earlyStoppingSchema.parse({ metric: 'token_accuracy', patience: 1 }));
  expect(watch.take(1, 0.5).isBest).toBe(true);
  expect(watch.take(2, 0.6).isBest).toBe(true);
  expect(watch.take(3, 0.6)).toEqual({ isBest: false, goesOn: false });
});
