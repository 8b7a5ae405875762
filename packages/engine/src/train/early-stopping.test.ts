import { earlyStoppingSchema } from '@lathe/recipe/early-stopping';
import { resolveRecipe } from '@lathe/recipe/recipe';
import type { Task } from '@lathe/recipe/task';
import { expect, it } from 'vitest';
import { parseDecoderConfig } from '../families/parse-decoder-config.ts';
import { small } from '../families/small-llama.fixture.ts';
import { causalLm } from '../objectives/causal-lm.ts';
import { embeddingScores } from '../objectives/embedding-scores.ts';
import { requireWatchable, watched, watchMetric } from './early-stopping.ts';

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

it('watches what a task has, and refuses the rest by name', () => {
  const recipe = (metric: 'token_accuracy' | 'accuracy', task: Task) => () =>
    resolveRecipe({ earlyStopping: { metric }, task }).earlyStopping?.metric;
  const classification: Task = { type: 'classification' };
  expect(recipe('accuracy', classification)()).toBe('accuracy');
  expect(recipe('token_accuracy', classification)).toThrow(
    "'earlyStopping.metric' token_accuracy is none of the task classification; it has loss, accuracy, macro_f1, weighted_f1, mcc, micro_f1, spearman and pearson",
  );
  const numbers: Task = { ...classification, problem: 'regression' };
  expect(recipe('accuracy', numbers)).toThrow('it has loss, spearman and pearson');
  expect(recipe('token_accuracy', { type: 'token-classification' })()).toBe('token_accuracy');
  expect(watched({ metric: 'accuracy' }, { loss: 1, tokenAccuracy: 0.25 })).toBe(0.25);
  const score = { loss: 1, tokenAccuracy: 0.25, figures: { span_f1: 0.5 } };
  expect(watched({ metric: 'span_f1' }, score)).toBe(0.5);
  expect(watched({ metric: 'mrr' }, score)).toBeNaN();
});

it('refuses by name what the rows do not tell, such as a rank of pairs that have scores', () => {
  const config = parseDecoderConfig('config.json', small);
  const scores = embeddingScores(config, { pooling: 'mean' });
  expect(() => requireWatchable({ metric: 'spearman' }, scores)).not.toThrow();
  expect(() => requireWatchable({ metric: 'mrr' }, scores)).toThrow(
    'early stopping watches mrr, which these rows do not tell (embedding-scores); it can watch loss, spearman, pearson',
  );
  expect(() => requireWatchable({ metric: 'accuracy' }, scores)).toThrow('watches accuracy');
  expect(() => requireWatchable({ metric: 'accuracy' }, causalLm)).not.toThrow();
  expect(() => requireWatchable({ metric: 'span_f1' }, { name: 'tags' })).toThrow('watch loss');
});
