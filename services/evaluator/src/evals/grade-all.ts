import type { Grade, GradeRequest } from '@lathe/contracts/message/grade';
import { type GradePorts, gradeRow } from './grade-row.ts';

/** Judges answer as if every answer were asked for once: drawn with the same seed. */
const judgeSeed = 0;

/** Grades the answers of a request, some side by side. Throws what is no fault of an answer, and the signal's reason. */
export async function gradeAll(
  ports: GradePorts,
  { project, requestId, grader, items }: Omit<GradeRequest, 'version'>,
  stopped: AbortSignal,
): Promise<{ readonly grades: Grade[]; readonly tokens: number }> {
  const failed = new AbortController();
  const signal = AbortSignal.any([stopped, failed.signal]);
  const asker = { project, requestId, signal, seed: judgeSeed };
  const grades: Grade[] = [];
  let tokens = 0;
  const waiting = items.entries();
  const worker = async (): Promise<void> => {
    for (const [at, { item, sample }] of waiting) {
      const answered = { item, answer: sample.output_text };
      const { result, usage, scores } = await gradeRow(ports, asker, { grader, answered });
      const { error, score } = result;
      const parts = grader.type === 'multi' && { parts: scores };
      grades[at] = error === undefined ? { reward: score, ...parts } : { error: error.message };
      tokens += usage.reduce((sum, { total_tokens }) => sum + total_tokens, 0);
    }
  };
  const workers = Array.from({ length: ports.settings.evalRowSlots }, () =>
    worker().catch((error: unknown) => failed.abort(error)),
  );
  await Promise.all(workers);
  signal.throwIfAborted();
  return { grades, tokens };
}
