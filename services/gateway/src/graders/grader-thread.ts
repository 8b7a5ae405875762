/** Program of the threads that check and run graders: graders.ts starts them and talks to them. */
import { LatheError } from '@lathe/contracts/error';
import { runGraderSchema, validateGraderSchema } from '@lathe/contracts/http/grader';
import { beginGrading, problemOf } from '@lathe/graders/begin';
import { serveTasks } from '@lathe/platform/threads/serve-tasks';
import { parseJson } from '../bodies/json.ts';
import { parseRequest } from '../http/parse.ts';
import type { GraderBegun, GraderTask } from './grader-task.ts';

serveTasks(async (task): Promise<GraderBegun> => {
  // It comes from this very process.
  const { kind, bytes, ...limits } = task as GraderTask;
  const json = parseJson(bytes);
  if (kind === 'validate') {
    const { grader } = parseRequest(validateGraderSchema, json);
    const problem = problemOf(grader);
    if (problem !== undefined) throw new LatheError('invalid_value', problem, { param: 'grader' });
    return { grader, parts: [] };
  }
  const { grader, item, model_sample: answer } = parseRequest(runGraderSchema, json);
  return { grader, parts: await beginGrading(grader, { item: item ?? {}, answer }, limits) };
});
