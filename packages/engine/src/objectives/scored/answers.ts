import { questionScores } from '@lathe/scoring/question-answering';
import type { Scored } from '../objective.ts';
import { collected, vectorOf } from './collected.ts';

/** A window of a question's context, as span extraction has it. */
type Window = {
  readonly tokens: Int32Array;
  readonly start: number;
  readonly end: number;
  /** Windows one after another with the same number are of one question. */
  readonly question?: number | undefined;
};

/** What the words of an answer are read with. */
export type AnswerReader = {
  readonly decode: (tokens: Int32Array) => string;
  /** The token behind the question, and behind the context. */
  readonly separator: number | undefined;
};

/** The likeliest part of a window, and how likely it is that it holds none. */
type Best = { readonly text: string; readonly score: number; readonly nothing: number };

/** Most tokens of an answer, as transformers' pipeline has it. */
const mostTokens = 30;

/**
 * Exact match and F1 as SQuAD's script has them, from `vectors.scores` `[rows · tokens, 2]`: p(start)·p(end) over the tokens
 * of the context, the best of all windows of a question. Where some question has no answer, the first token tells that
 * there is none. The right answer is the one that is taught, in the words that its tokens decode to.
 */
export function scoredAnswers({ decode, separator }: AnswerReader): Scored<Window> {
  return collected<Window, Best>({
    metrics: ['exact_match', 'f1'],
    read: (placed, vectors) => {
      const scores = vectorOf(vectors, 'scores');
      return placed.map(({ example: { tokens }, places: [[first = 0] = []] }) => {
        const own = scores.subarray(2 * first, 2 * (first + tokens.length));
        const { from, to, score, nothing } = bestSpan(own, contextOf(tokens, separator));
        return { text: decode(tokens.subarray(from, to + 1)).trim(), score, nothing };
      });
    },
    figures(examples, answers) {
      const questions = windowsOf(examples);
      const golds = questions.map((windows) =>
        windows
          .map((at) => examples[at] as Window)
          .filter(({ start, end }) => start > 0 || end > 0)
          .map(({ tokens, start, end }) => decode(tokens.subarray(start, end + 1)).trim()),
      );
      const maySayNothing = golds.some((own) => own.length === 0);
      const { exact, f1 } = questionScores(
        questions.map((windows, at) => {
          const own = windows.map((window) => answers[window] as Best);
          const best = own.reduce((a, b) => (b.score > a.score ? b : a));
          const nothing = Math.min(...own.map((each) => each.nothing));
          const isSilent = maySayNothing && nothing > best.score;
          return { golds: golds[at] ?? [], predicted: isSilent ? '' : best.text };
        }),
      );
      return { exact_match: exact, f1 };
    },
  });
}

/** 1 for the tokens of the context: those behind the first separator but for separators. */
function contextOf(tokens: Int32Array, separator: number | undefined): Uint8Array {
  const first = separator === undefined ? 0 : tokens.indexOf(separator);
  return Uint8Array.from(tokens, (token, at) => +(at > Math.max(0, first) && token !== separator));
}

function bestSpan(scores: Float32Array, allowed: Uint8Array) {
  const [starts, ends] = [0, 1].map((side) => chances(scores, allowed, side)) as [
    Float64Array,
    Float64Array,
  ];
  let best = { from: 0, to: -1, score: 0 };
  for (let from = 1; from < allowed.length; from++) {
    if (allowed[from] === 0) continue;
    for (let to = from; to < Math.min(allowed.length, from + mostTokens); to++) {
      const score = (starts[from] as number) * (ends[to] as number);
      if (allowed[to] === 1 && score > best.score) best = { from, to, score };
    }
  }
  return { ...best, nothing: (starts[0] as number) * (ends[0] as number) };
}

/** Softmax over the first token and those of the context. */
function chances(scores: Float32Array, allowed: Uint8Array, side: number): Float64Array {
  const own = Float64Array.from(allowed, (may, at) =>
    may === 1 || at === 0 ? (scores[2 * at + side] as number) : Number.NEGATIVE_INFINITY,
  );
  const most = own.reduce((a, b) => Math.max(a, b));
  const powers = own.map((score) => Math.exp(score - most));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

/** Places of the windows of each question. */
function windowsOf(examples: readonly Window[]): number[][] {
  const questions: number[][] = [];
  for (const [at, { question }] of examples.entries()) {
    const goesOn = at > 0 && question !== undefined && question === examples[at - 1]?.question;
    if (goesOn) questions.at(-1)?.push(at);
    else questions.push([at]);
  }
  return questions;
}
