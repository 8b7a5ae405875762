import { LatheError } from '@lathe/contracts/error';
import { isId } from '@lathe/contracts/id';
import { recordKey } from '@lathe/contracts/subject';
import type { Records } from '@lathe/platform/records';
import { newestAskedRun } from '@lathe/platform/records/asked-run';
import { BadReference } from '../http/failure.ts';
import { requireWriting } from './job-contestants.ts';

/** Throws for evals of a job that the project has not, that no run has asked a model by, or that are named twice, by the field. */
export async function checkForgettingEvals(
  ports: Pick<Records, 'evals' | 'evalRuns'>,
  project: string,
  job: Parameters<typeof requireWriting>[0],
): Promise<void> {
  const asked = job.body.lathe?.forgetting_evals ?? [];
  if (asked.length === 0) return;
  requireWriting(job, 'lathe.forgetting_evals');
  const { adaptation } = job.body.lathe ?? {};
  if (adaptation?.type === 'full' && adaptation.tokenizer !== undefined)
    throw new LatheError(
      'invalid_value',
      "A model that begins with a tokenizer of its own knew nothing that 'lathe.forgetting_evals' could ask for.",
      { param: 'lathe.forgetting_evals' },
    );
  for (const [at, id] of asked.entries()) {
    const param = `lathe.forgetting_evals[${at}]`;
    const refuse = (why: string) =>
      new LatheError('invalid_value', `'${param}' ${why}.`, { param });
    if (!isId('eval', id) || (await ports.evals.get(recordKey(project, id))) === null)
      throw new BadReference('not_found', `'${param}' names no eval: ${id} does not exist.`, {
        param,
      });
    if (asked.indexOf(id) < at) throw refuse(`names the eval ${id} a second time`);
    if ((await newestAskedRun(ports, project, id)) === undefined)
      throw refuse(
        `names the eval ${id}, of which no run asked a model, so that its rows and messages are unknown; begin such a run first`,
      );
  }
}
