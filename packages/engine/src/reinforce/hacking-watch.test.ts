import { expect, it } from 'vitest';
import { watchHacking } from './hacking-watch.ts';

const usual = {
  reward_missing: 0,
  kl: 0.01,
  'completions/mean_length': 20,
  'completions/repetition': 0.05,
};

/** What is said while a figure goes to another value over ten steps. */
function said(name: keyof typeof usual, value: number): string[] {
  const watch = watchHacking();
  return Array.from({ length: 12 }, (_, step) =>
    watch({ ...usual, [name]: step < 5 ? usual[name] : value }),
  ).flat();
}

it('says nothing of a run that goes as it should', () => {
  expect(said('kl', 0.3)).toEqual([]);
  expect(said('completions/mean_length', 30)).toEqual([]);
});

it('says once what has changed, with the figures', () => {
  expect(said('completions/mean_length', 90)).toEqual([
    'Answers have become longer: 48.0 tokens on average, 20.0 at the start; see whether the grader rewards length.',
  ]);
  expect(said('completions/mean_length', 1)).toEqual([
    'Answers have become shorter: 8.6 tokens on average, 20.0 at the start; see whether the grader rewards length.',
  ]);
  expect(said('completions/repetition', 0.9)[0]).toContain(
    'Answers repeat themselves: 39 % of their three-token stretches',
  );
  expect(said('kl', 4)).toEqual([
    'The model is 1.61 nats a token away from what it was at the start (KL); a greater beta or fewer steps hold it closer.',
  ]);
  expect(said('reward_missing', 1)).toEqual([
    'The grader could not grade 40 % of the answers of the last steps.',
  ]);
});
