import { type GradeReply, gradeRequestSchema } from '@lathe/contracts/message/grade';
import type { Request } from '../serve/responder.ts';
import { readBody } from '../texts/read-body.ts';
import { gradeAll } from './grade-all.ts';
import type { GradePorts } from './grade-row.ts';

type Graded = Extract<GradeReply, { kind: 'done' }>;

/**
 * Grades the answers of a request, and says so once for all of them. An answer that a grader fails at has an error and the others
 * their rewards; throws what may succeed at another time, such as an engine that was lost, and the signal's reason.
 */
export async function* answerGrading(
  { body }: Pick<Request, 'body'>,
  ports: GradePorts,
  signal: AbortSignal,
): AsyncGenerator<Graded, void> {
  const request = readBody(gradeRequestSchema, body);
  yield { kind: 'done', ...(await gradeAll(ports, request, signal)) };
}
