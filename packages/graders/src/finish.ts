import type { Grader, GraderErrors } from '@lathe/contracts/http/grader';
import type { Part } from './begin.ts';
import { errorsOf, type Fault, GradingFault } from './fault.ts';
import { parseFormula } from './formula.ts';
import { pairVerdict } from './pairwise.ts';
import { type Question, scoreOf } from './question.ts';

export type Graded = {
  /** 0 where an error stands. */
  readonly reward: number;
  /** Of every part that has one. */
  readonly scores: Readonly<Record<string, number>>;
  /** What judges chose, of every part whose judge chooses. */
  readonly judged: Readonly<Record<string, Judged>>;
  readonly errors: GraderErrors;
  /** What failed, in words, each part of a multi grader under its name; null where nothing did. */
  readonly failure: string | null;
};

/** The label that a judge chose; of a pair also what it said in each order; and a person's, where there is one. */
type Judged = {
  readonly label: string;
  readonly orders?: readonly [answerFirst: string, answerLast: string];
  readonly human: string | null;
};

/** What a question came to: what the model wrote, the score of a reward model, two vectors, or why there is no answer. */
export type QuestionAnswer =
  | { readonly text: string }
  | { readonly texts: readonly [string, string] }
  | { readonly score: number }
  | { readonly vectors: readonly [ArrayLike<number>, ArrayLike<number>] }
  | { readonly failure: string };

/**
 * The reward of a grading, from its parts and the answers to their questions by the names of the parts: the score of the
 * grader, or what the formula of a multi grader makes of them all.
 *
 * @example const { reward } = finishGrading({ type: 'string_check', name: 'same', operation: 'eq', input: 'a', reference: 'a' }, [{ name: 'same', score: 1 }], new Map());
 */
export function finishGrading(
  grader: Grader,
  parts: readonly Part[],
  answers: ReadonlyMap<string, QuestionAnswer>,
): Graded {
  const scores = new Map<string, number>();
  const judged = new Map<string, Judged>();
  const faults: Fault[] = [];
  const attempt = (work: () => void, tell: (fault: Fault) => void): void => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof GradingFault)) throw error;
      tell(error);
    }
  };
  for (const part of parts) {
    const tell = (fault: Fault): void => {
      faults.push(grader.type === 'multi' ? withName(part.name, fault) : fault);
    };
    if ('fault' in part) tell(part.fault);
    else if ('score' in part) scores.set(part.name, part.score);
    else
      attempt(() => {
        const { score, ...chosen } = answered(part.question, answers.get(part.name));
        scores.set(part.name, score);
        const { label } = chosen;
        if (label !== undefined)
          judged.set(part.name, { ...chosen, label, human: part.human ?? null });
      }, tell);
  }
  let reward = 0;
  if (faults.length === 0)
    attempt(
      () => (reward = rewardOf(grader, scores)),
      (fault) => faults.push(fault),
    );
  return {
    reward,
    scores: Object.fromEntries(scores),
    judged: Object.fromEntries(judged),
    errors: errorsOf(faults),
    failure: faults.length === 0 ? null : faults.map(({ message }) => message).join(' '),
  };
}

/** A fault of one part of several: programs and limits name their grader themselves. */
function withName(name: string, { kind, message }: Fault): Fault {
  const quoted = JSON.stringify(name);
  if (message.includes(`grader ${quoted}`)) return { kind, message };
  return { kind, message: `Grader ${quoted}: ${message}` };
}

function answered(
  question: Question,
  answer: QuestionAnswer | undefined,
): { readonly score: number } & Partial<Omit<Judged, 'human'>> {
  if (answer === undefined || 'failure' in answer)
    throw new GradingFault(
      'model_grader_server_error',
      answer?.failure ?? `The model ${question.model} was not asked.`,
    );
  if (question.kind === 'chat' && 'score' in answer) return { score: answer.score };
  if (question.kind === 'chat' && 'text' in answer) return scoreOf(answer.text, question.result);
  if (question.kind === 'pair' && 'texts' in answer) return pairVerdict(answer.texts);
  if (question.kind === 'vectors' && 'vectors' in answer)
    return { score: cosine(...answer.vectors) };
  throw new GradingFault('other_error', `The answer of ${question.model} is of another kind.`);
}

function cosine(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let [dot, left, right] = [0, 0, 0];
  for (let at = 0; at < one.length; at++) {
    const [a, b] = [one[at] ?? 0, other[at] ?? 0];
    dot += a * b;
    left += a * a;
    right += b * b;
  }
  return left === 0 || right === 0 ? 0 : dot / Math.sqrt(left * right);
}

function rewardOf(grader: Grader, scores: ReadonlyMap<string, number>): number {
  const reward =
    grader.type === 'multi'
      ? parseFormula(grader.calculate_output, [...scores.keys()])(scores)
      : (scores.get(grader.name) ?? Number.NaN);
  if (Number.isFinite(reward)) return reward;
  throw new GradingFault(
    'unresponsive_reward_error',
    `The reward is ${reward}, which is not a finite number.`,
  );
}
