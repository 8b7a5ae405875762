import type { pairLabels, SingleGrader } from '@lathe/contracts/http/grader';
import { chatBody, type Question, resultIn, unread } from './question.ts';
import { fillTemplate, type Namespaces } from './template.ts';

type PairGrader = Extract<SingleGrader, { type: 'pairwise_model' }>;
type PairLabel = (typeof pairLabels)[number];

const usualInstructions =
  'Two answers to one question are shown. Say which of them is more correct and more helpful. Neither the order nor the length of the answers counts.';

/**
 * The two chats of a judge of two answers: the same question with the answers in either order, under letters that tell
 * nothing of where they come from. Throws like `fillTemplate`.
 */
export function pairQuestion(grader: PairGrader, namespaces: Namespaces): Question {
  const fill = (text: string) => fillTemplate(text, namespaces);
  const [question, answer, other] = [
    fill(grader.question),
    fill(grader.answer),
    fill(grader.other),
  ];
  const system = grader.instructions === undefined ? usualInstructions : fill(grader.instructions);
  const ask = (first: string, second: string) =>
    chatBody(
      grader.model,
      [
        { role: 'system', content: system },
        {
          role: 'user',
          content: `Question:\n${question}\n\nAnswer A:\n${first}\n\nAnswer B:\n${second}\n\nWhich answer is better: "A", "B" or "tie"?`,
        },
      ],
      { type: 'string', enum: Object.keys(places.answerFirst) },
    );
  return { kind: 'pair', model: grader.model, bodies: [ask(answer, other), ask(other, answer)] };
}

/** What a letter means, by which answer stood first. */
const places = {
  answerFirst: { A: 'answer', B: 'other', tie: 'tie' },
  answerLast: { A: 'other', B: 'answer', tie: 'tie' },
} as const satisfies Record<string, Record<string, PairLabel>>;

/** What a judge said of a pair: in each order, and what that comes to. */
export type PairVerdict = {
  /** 1 where the answer is better in both orders, 0 where the other is, else 0.5. */
  readonly score: number;
  readonly label: PairLabel;
  readonly orders: readonly [answerFirst: PairLabel, answerLast: PairLabel];
};

const worth: Readonly<Record<PairLabel, number>> = { answer: 1, other: 0, tie: 0.5 };

/**
 * The verdict of two answers of a judge. One that says in each order something else goes by the place and not by the
 * answers, so it is a tie (Zheng et al. 2023, section 3.4). Throws GradingFault (`model_grader_parse_error`).
 */
export function pairVerdict([answerFirst, answerLast]: readonly [string, string]): PairVerdict {
  const orders = [
    meant(answerFirst, places.answerFirst),
    meant(answerLast, places.answerLast),
  ] as const;
  const label = orders[0] === orders[1] ? orders[0] : 'tie';
  return { score: worth[label], label, orders };
}

function meant(answer: string, letters: Readonly<Record<string, PairLabel>>): PairLabel {
  const letter = resultIn(answer);
  if (typeof letter === 'string' && Object.hasOwn(letters, letter))
    return letters[letter] as PairLabel;
  throw unread(answer, 'neither "A", "B" nor "tie"');
}
