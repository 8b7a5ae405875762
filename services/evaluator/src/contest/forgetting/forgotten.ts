import type { Forgetting } from '@lathe/contracts/artifact/report';
import { compareMetrics, compareRates } from '@lathe/scoring/compare';
import type { EvalPasses } from './probe-evals.ts';
import { type GeneralQuestion, isRightAnswer } from './questions.ts';

/** What a model says: to each question, and in nats how unlikely it finds each passage; empty where it was not asked. */
export type GeneralAnswers = {
  readonly texts: readonly string[];
  readonly losses: readonly number[];
};

export type Compared = {
  readonly questions: readonly GeneralQuestion[];
  /** Tokens of each passage. */
  readonly tokens: readonly number[];
  readonly before: GeneralAnswers;
  readonly after: GeneralAnswers;
  /** Other evals, on which both were asked. */
  readonly evals?: readonly EvalPasses[];
  readonly seed: number;
};

/** A model that knows fewer of them has nothing to forget. */
const leastKnown = 3;
/** Perplexity that grew by less is no harm: every tuning moves it a little. */
const grownPerplexity = 1.25;
/** Questions that are shown. */
const mostShown = 8;
const draws = 1000;

/**
 * The base model against the tuned one on general questions and other evals (exact McNemar test) and general texts (approximate
 * randomisation).
 */
export function forgettingOf(compared: Compared): Forgetting {
  const { questions, tokens, before, after, evals = [], seed } = compared;
  const rightBefore = questions.map((each, at) => isRightAnswer(each, before.texts[at] ?? ''));
  const rightAfter = questions.map((each, at) => isRightAnswer(each, after.texts[at] ?? ''));
  const known = rightBefore.filter(Boolean).length;
  const { pValue, verdict } = compareRates(rightAfter, rightBefore);
  const asked = questions.length > 0 && {
    questions: {
      ...{ asked: questions.length, before: known, after: rightAfter.filter(Boolean).length },
      pValue,
      lost: questions
        .flatMap(({ question, answers: [expected = ''] }, at) =>
          rightBefore[at] && !rightAfter[at]
            ? [
                {
                  ...{ question, expected },
                  before: before.texts[at] ?? '',
                  after: after.texts[at] ?? '',
                },
              ]
            : [],
        )
        .slice(0, mostShown),
    },
  };
  const read = tokens.length > 0 && readOf({ tokens, before, after, seed });
  const isDuller =
    read &&
    read.verdict === 'regressed' &&
    read.text.after - read.text.before > Math.log(grownPerplexity);
  const isWorse = verdict === 'regressed' || evals.some((each) => each.verdict === 'regressed');
  const isIgnorant = [known, ...evals.map((each) => each.before)].every(
    (passed) => passed < leastKnown,
  );
  const outcome = isWorse || isDuller ? 'forgotten' : isIgnorant ? 'little known' : 'not seen';
  const found = {
    outcome,
    ...(asked || {}),
    ...(read && { text: read.text }),
    ...(evals.length > 0 && { evals: [...evals] }),
  } as const;
  return { ...found, sentence: sentenceOf(found) };
}

/** Undefined where a loss is no number, as that of a model whose training went astray. */
function readOf({
  tokens,
  before,
  after,
  seed,
}: Pick<Compared, 'tokens' | 'before' | 'after' | 'seed'>) {
  const all = [before.losses, after.losses];
  if (!all.flat().every(Number.isFinite)) return undefined;
  const perToken = (losses: readonly number[]) => (drawn: ArrayLike<number>) => {
    let [sum, count] = [0, 0];
    for (const at of Array.from(drawn)) {
      sum += losses[at] as number;
      count += tokens[at % tokens.length] as number;
    }
    return sum / count;
  };
  const whole = tokens.map((_, at) => at);
  const { pValue, verdict } = compareMetrics(
    {
      ...{ rows: tokens.length, lowerIsBetter: true },
      metrics: [perToken(after.losses), perToken(before.losses)],
      both: perToken([...after.losses, ...before.losses]),
    },
    { seed, draws },
  );
  const text = {
    ...{ passages: tokens.length, tokens: tokens.reduce((sum, count) => sum + count, 0) },
    ...{ before: perToken(before.losses)(whole), after: perToken(after.losses)(whole), pValue },
  };
  return { text, verdict };
}

function sentenceOf({
  outcome,
  questions,
  text,
  evals = [],
}: Omit<Forgetting, 'sentence'>): string {
  const parts = [
    questions &&
      `it answers ${questions.after} of ${questions.asked} general questions, its base ${questions.before}`,
    text &&
      `its perplexity of general texts is ${perplexity(text.after)}, that of its base ${perplexity(text.before)}`,
    ...evals.map(
      ({ name, evalId, rows, before, after }) =>
        `it passes ${after} of ${rows} rows of the eval ${name || evalId}, its base ${before}`,
    ),
  ].filter((part) => part !== undefined);
  const figures = parts.join('; ');
  if (outcome === 'not seen') return `The tuned model was not seen to forget: ${figures}.`;
  if (outcome === 'little known')
    return `Whether tuning made the model forget cannot be seen, since its base knows too little: ${figures}.`;
  return `The tuned model has forgotten what its base could do: ${figures}. Where it is asked for more than its task: mix general rows into the training file (a tenth of it, say), train fewer steps or with a lower learning rate, or tell by a system prompt when it is to do its task and send everything else to the base.`;
}

function perplexity(loss: number): string {
  return Number(Math.exp(loss).toPrecision(3)).toLocaleString('en-US');
}
