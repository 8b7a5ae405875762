import { LatheError } from '@lathe/contracts/error';
import type { ItemResult } from '@lathe/contracts/http/eval-run';
import type { Grader } from '@lathe/contracts/http/grader';
import type { RunTally } from '@lathe/contracts/record/eval-run';
import type { Answered } from '@lathe/graders/begin';
import { finishGrading, type Graded, type QuestionAnswer } from '@lathe/graders/finish';
import { type AskPorts, askQuestion, type RunAsker } from './ask.ts';
import type { RunPorts } from './run-ports.ts';
import { addUsage } from './tally.ts';

export type GradePorts = AskPorts & Pick<RunPorts, 'graders'>;

type Usage = RunTally['usage'];

type GradedRow = {
  readonly result: ItemResult;
  readonly usage: Usage;
  /** What each single grader gave that gave anything. */
  readonly scores: Graded['scores'];
};

/**
 * What one criterion says of an answer, models of the project asked where it wants them. What fails inside the grader is
 * told in the result; throws only what is no fault of the row, and the signal's reason.
 */
export async function gradeRow(
  ports: GradePorts,
  asker: RunAsker,
  { grader, answered }: { readonly grader: Grader; readonly answered: Answered },
): Promise<GradedRow> {
  const answers = new Map<string, QuestionAnswer>();
  let usage: Usage = [];
  let sample: ItemResult['sample'] = null;
  const parts = await refused(asker, () => ports.graders.begin({ grader, answered }, asker));
  if ('failure' in parts)
    return { result: resultOf(grader, failed(parts.failure), null), usage, scores: {} };
  for (const part of parts.value) {
    if (!('question' in part)) continue;
    const judged = await refused(asker, () => askQuestion(ports, asker, part.question));
    if ('failure' in judged) {
      answers.set(part.name, judged);
      continue;
    }
    answers.set(part.name, judged.value.answer);
    usage = addUsage(usage, [judged.value.usage]);
    sample = judged.value.sample ?? sample;
  }
  const graded = finishGrading(grader, parts.value, answers);
  return { result: resultOf(grader, graded, sample), usage, scores: graded.scores };
}

/** Does what may be refused for what was asked; what may succeed at another time is thrown on. */
async function refused<T>(
  { signal }: RunAsker,
  act: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly failure: string }> {
  try {
    return { value: await act() };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof LatheError) || error.retryable) throw error;
    return { failure: error.message };
  }
}

function failed(failure: string): Graded {
  const nothing = { type: 'string_check', name: '', operation: 'eq', input: '', reference: '' };
  const fault = { name: '', fault: { kind: 'other_error', message: failure } } as const;
  return finishGrading(nothing as Grader, [fault], new Map());
}

function resultOf(
  grader: Grader,
  { reward, judged, errors, failure }: Graded,
  sample: ItemResult['sample'],
): ItemResult {
  const { name, type } = grader;
  const passed = failure === null && reward >= thresholdOf(grader);
  const error = failure === null ? {} : { error: { message: failure, flags: errors } };
  const own = grader.type === 'multi' ? undefined : judged[name];
  return {
    ...{ name, type, passed, score: reward, sample, ...error },
    ...(own === undefined ? {} : { judged: own }),
  };
}

/** The least score that passes: as the criterion says, else half of what it can give. */
function thresholdOf(grader: Grader): number {
  if ('pass_threshold' in grader && grader.pass_threshold != null) return grader.pass_threshold;
  const [low, high] = (grader.type === 'score_model' ? grader.range : undefined) ?? [0, 1];
  return (low + high) / 2;
}
