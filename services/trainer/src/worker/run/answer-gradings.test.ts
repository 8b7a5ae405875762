import type { Grader } from '@lathe/contracts/http/grader';
import type { Grade } from '@lathe/contracts/message/grade';
import { expect, test } from 'vitest';
import type { FromEngine, ToEngine } from '../engine/engine-message.ts';
import { answerGrading } from './answer-gradings.ts';

type Asked = Extract<FromEngine, { kind: 'grade' }>;

const stuck = { error: 'The grader "loop" was stopped: it ran longer than 2000 ms.' };
const source = 'function grade() { for (;;); }';
const grader: Grader = { type: 'javascript', name: 'loop', source };

/** What an engine that asks for its answers' rewards is told, and the answers that the grader was shown. */
async function graded(
  { answers, purpose = 'trial' }: Pick<Asked, 'answers'> & Partial<Asked>,
  grade: (text: string) => Grade,
) {
  const shown: string[] = [];
  const told: ToEngine[] = [];
  const items = Array.from({ length: 40 }, (_, at) => ({ row: at }));
  const rewarded = { project: 'p', grader, items: { train: items, 'held-out': items } };
  const done = answerGrading({ kind: 'grade', id: 7, purpose, answers }, rewarded, {
    ...{ trialAnswers: 8, firstPauseMs: 1, longestPauseMs: 1, triesAWord: 1 },
    log: { warn: () => {} },
    tell: () => {},
    isWanted: () => true,
    ask: async ({ items: some }) => {
      shown.push(...some.map(({ sample }) => sample.output_text));
      return some.map(({ sample }) => grade(sample.output_text));
    },
    engine: {
      send: (message) => {
        told.push(message);
      },
    },
  });
  const failure = await done.then(
    () => undefined,
    (error: unknown) => error,
  );
  return { shown, told, failure };
}

/** So many answers to each of some prompts, side by side. */
const groups = (prompts: number, group: number): Asked['answers'] =>
  Array.from({ length: prompts * group }, (_, at) => {
    const prompt = Math.floor(at / group);
    return { prompt, text: `${prompt}.${at % group}` };
  });

test('a grader that fails at the first answers of the trial ends it, with its own sentence and the figures', async () => {
  const { shown, told, failure } = await graded({ answers: groups(32, 8) }, () => stuck);
  expect(failure).toMatchObject({
    code: 'training_failed',
    retryable: false,
    message:
      'Nothing was trained: the grader could not grade any of the first 8 answers in a trial of 256 answers to 32 prompts. The grader "loop" was stopped: it ran longer than 2000 ms.',
  });
  // One answer each to eight prompts: a row that no grader could take is not the grader's fault.
  expect(shown).toEqual(['0.0', '1.0', '2.0', '3.0', '4.0', '5.0', '6.0', '7.0']);
  expect(told).toEqual([]);
});

test('a trial of fewer answers is ended by all of them', async () => {
  const { shown, failure } = await graded({ answers: groups(1, 3) }, () => stuck);
  expect(failure).toMatchObject({ message: expect.stringContaining('any of the first 3 answers') });
  expect(shown).toEqual(['0.0', '0.1', '0.2']);
});

test('a grader that can grade one of them goes on to all answers, whose rewards are in their order', async () => {
  const answers = groups(3, 4);
  const { shown, told, failure } = await graded({ answers }, (text) =>
    text === '2.1' ? { reward: 0.5, parts: { same: 1, short: 0 } } : stuck,
  );
  expect(failure).toBeUndefined();
  expect(shown.toSorted()).toEqual(answers.map(({ text }) => text));
  const rewards = answers.map(({ text }) =>
    text === '2.1' ? { reward: 0.5, parts: { same: 1, short: 0 } } : null,
  );
  expect(told).toEqual([{ kind: 'graded', id: 7, rewards }]);
});

test.each(['train', 'held-out'] as const)(
  'answers of a %s batch that cannot be graded end nothing',
  async (purpose) => {
    const { told, failure } = await graded({ answers: groups(2, 6), purpose }, () => stuck);
    expect(failure).toBeUndefined();
    expect(told).toEqual([{ kind: 'graded', id: 7, rewards: Array(12).fill(null) }]);
  },
);
