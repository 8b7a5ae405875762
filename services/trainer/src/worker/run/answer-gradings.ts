import { LatheError } from '@lathe/contracts/error';
import type { FromEngine } from '../engine/engine-message.ts';
import type { EngineProcess } from '../engine/engine-process.ts';
import type { AskGrader } from './grade-answers.ts';
import { gradePatiently, type PatientGrading } from './grade-answers.ts';
import type { Rewarded } from './run-preparation.ts';

type Asked = Extract<FromEngine, { kind: 'grade' }>;

/**
 * Answers what an engine process asks: the rewards of the answers that it sent. Tells nothing once they are of no use. Throws
 * LatheError for answers to prompts that the run has not.
 */
export async function answerGrading(
  { id, side, answers }: Asked,
  rewarded: Rewarded | undefined,
  ports: PatientGrading & { readonly ask: AskGrader; readonly engine: Pick<EngineProcess, 'send'> },
): Promise<void> {
  const items = answers.map(({ prompt, text }) => {
    const item = rewarded?.items[side][prompt];
    if (item === undefined)
      throw new LatheError('internal_error', `The ${side} prompt ${prompt} has no item to grade.`);
    return { item, sample: { output_text: text } };
  });
  if (rewarded === undefined) return;
  const { project, grader } = rewarded;
  const rewards = await gradePatiently(ports.ask, { project, grader, items }, ports);
  if (rewards !== undefined) ports.engine.send({ kind: 'graded', id, rewards });
}
