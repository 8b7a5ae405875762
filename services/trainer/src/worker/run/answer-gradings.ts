import { LatheError } from '@lathe/contracts/error';
import type { Grade } from '@lathe/contracts/message/grade';
import type { FromEngine, Reward } from '../engine/engine-message.ts';
import type { EngineProcess } from '../engine/engine-process.ts';
import type { AskGrader, GradingSettings } from './grade-answers.ts';
import { gradePatiently, type PatientGrading } from './grade-answers.ts';
import type { Rewarded } from './run-preparation.ts';

type Asked = Extract<FromEngine, { kind: 'grade' }>;
type GradingPorts = PatientGrading &
  Pick<GradingSettings, 'trialAnswers'> & {
    readonly ask: AskGrader;
    readonly engine: Pick<EngineProcess, 'send'>;
  };

/**
 * Answers what an engine process asks: the rewards of the answers that it sent. Tells nothing once they are of no use. Throws
 * LatheError for answers to prompts that the run has not, and for a trial whose first answers cannot be graded: a grader that is
 * stopped at every answer would take its time for each of them.
 */
export async function answerGrading(
  { id, purpose, answers }: Asked,
  rewarded: Rewarded | undefined,
  ports: GradingPorts,
): Promise<void> {
  const side = purpose === 'trial' ? 'train' : purpose;
  const items = answers.map(({ prompt, text }) => {
    const item = rewarded?.items[side][prompt];
    if (item === undefined)
      throw new LatheError('internal_error', `The ${side} prompt ${prompt} has no item to grade.`);
    return { item, sample: { output_text: text } };
  });
  if (rewarded === undefined) return;
  const { project, grader } = rewarded;
  const gradesAt = (places: readonly number[]) => {
    const some = places.flatMap((place) => items[place] ?? []);
    return gradePatiently(ports.ask, { project, grader, items: some }, ports);
  };
  const order = purpose === 'trial' ? inTurns(answers) : [...answers.keys()];
  const split = purpose === 'trial' ? ports.trialAnswers : 0;
  const first = await gradesAt(order.slice(0, split));
  if (first === undefined) return;
  const why = faultOfAll(first);
  if (why !== undefined) throw ungraded(why, first.length, answers);
  const others = await gradesAt(order.slice(split));
  if (others === undefined) return;
  const rewards: (Reward | null)[] = [];
  for (const [at, grade] of [...first, ...others].entries())
    rewards[order[at] as number] = 'reward' in grade ? grade : null;
  ports.engine.send({ kind: 'graded', id, rewards });
}

/** The places of answers, first one answer to each prompt, then the next to each: what is wrong with one prompt is seen as that. */
function inTurns(answers: Asked['answers']): number[] {
  const turns = new Map<number, number>();
  const turnOf = answers.map(({ prompt }) => {
    const turn = turns.get(prompt) ?? 0;
    turns.set(prompt, turn + 1);
    return turn;
  });
  return [...answers.keys()].toSorted((a, b) => Number(turnOf[a]) - Number(turnOf[b]));
}

/** What the grader said of the first answer, where it could grade none. */
function faultOfAll(grades: readonly Grade[]): string | undefined {
  const faults = grades.flatMap((grade) => ('error' in grade ? [grade.error] : []));
  return faults.length === grades.length ? faults[0] : undefined;
}

function ungraded(why: string, first: number, answers: Asked['answers']): LatheError {
  const prompts = new Set(answers.map(({ prompt }) => prompt)).size;
  return new LatheError(
    'training_failed',
    `Nothing was trained: the grader could not grade any of the first ${first} answers in a trial of ${answers.length} answers to ${prompts} prompts. ${why}`,
    { retryable: false },
  );
}
