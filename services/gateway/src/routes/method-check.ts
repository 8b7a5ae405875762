import { LatheError } from '@lathe/contracts/error';
import type { CreateJob } from '@lathe/contracts/http/fine-tuning';
import type { Grader } from '@lathe/contracts/http/grader';
import { sizeText } from '@lathe/contracts/words/size';
import { type CriteriaPorts, checkGrader } from '../evals/criteria.ts';

/** Largest grader of a job, in bytes of JSON: a record has to hold it. */
const mostBytes = 256 * 1024;

/** What the method of a job names, as the job is to hold it. Throws what `checkGrader` throws, and `invalid_value` for a grader that is too large. */
export async function checkMethod(
  ports: CriteriaPorts,
  project: string,
  { method }: Pick<CreateJob, 'method'>,
): Promise<{ readonly grader?: Grader }> {
  if (method?.type !== 'reinforcement') return {};
  const { grader } = method.reinforcement;
  const param = 'method.reinforcement.grader';
  const bytes = Buffer.byteLength(JSON.stringify(grader));
  if (bytes > mostBytes)
    throw new LatheError(
      'invalid_value',
      `'${param}' takes ${sizeText(bytes)}; at most ${sizeText(mostBytes)} are taken.`,
      { param },
    );
  return { grader: await checkGrader(ports, { project, grader, param }) };
}
