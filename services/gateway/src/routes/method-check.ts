import type { CreateJob } from '@lathe/contracts/http/fine-tuning';
import type { Grader } from '@lathe/contracts/http/grader';
import { type CriteriaPorts, checkGrader } from '../evals/criteria.ts';

/** What the method of a job names, as the job is to hold it. Throws what `checkGrader` throws. */
export async function checkMethod(
  ports: CriteriaPorts,
  project: string,
  { method }: Pick<CreateJob, 'method'>,
): Promise<{ readonly grader?: Grader }> {
  if (method?.type !== 'reinforcement') return {};
  const { grader } = method.reinforcement;
  const param = 'method.reinforcement.grader';
  return { grader: await checkGrader(ports, { project, grader, param }) };
}
