import { evalRunRowsKey } from '@lathe/contracts/artifact/key';
import { newId } from '@lathe/contracts/id';
import { recordKey } from '@lathe/contracts/subject';
import { publishWork } from '@lathe/platform/nats/work';
import { expect, it } from 'vitest';
import { dataset } from '../integration/evaluated-jobs.fixture.ts';
import { oneEvaluator } from '../integration/one-evaluator.fixture.ts';
import { project, queuedRun } from '../integration/records.fixture.ts';

const test = oneEvaluator({});
const rows = 24;

/** An eval of the project with a run of so many rows, which is queued and then over. */
async function makeEval(): Promise<{ readonly evalId: string; readonly passed: number }> {
  const { evals, evalRuns, artifacts, nats } = test.service;
  const [evalId, id] = [newId('eval'), newId('evalRun')];
  const lines = Array.from({ length: rows }, (_, n) => JSON.stringify({ item: { n } }));
  const key = evalRunRowsKey(project, id);
  const object = { key, ...(await artifacts.put(key, Buffer.from(lines.join('\n')))) };
  const source = 'function grade(sample) { return 1 - (sample.output_text.length % 2); }';
  const criteria = [{ type: 'javascript' as const, name: 'even', source }];
  const run = { ...queuedRun(id, { evalId, object }), criteria };
  await evals.create(recordKey(project, evalId), {
    ...{ version: 1, id: evalId, project, createdAt: 1, createdMs: 1, updatedMs: 1 },
    ...{ name: 'rows', metadata: null, criteria },
    config: { type: 'custom', schema: { type: 'object' } },
  });
  await evalRuns.create(recordKey(project, id), run);
  await publishWork(nats, 'eval-run', {
    ...{ version: 1, project, jobId: id, epoch: 0, requestId: 'req_1' },
  });
  const read = async () => (await evalRuns.get(recordKey(project, id)))?.value;
  await expect.poll(read, { interval: 20 }).toMatchObject({ state: 'completed' });
  return { evalId, passed: (await read())?.tally.counts.passed ?? Number.NaN };
}

it('asks base and tuned model the rows of evals at the end of a job, as their runs do', async () => {
  const { evalId, passed } = await makeEval();
  const gone = newId('eval');
  const quick = { few_shot_examples: 0, forgetting_questions: 0 };
  const options = { ...quick, forgetting_evals: [evalId, gone] };
  const job = await test.service.trained(dataset, { options });
  await test.service.queue(job);
  const ended = await test.service.ended(job.id);
  const report = await test.service.report(ended);
  const [found] = report.forgetting?.evals ?? [];
  // The base passes the very rows that it passed in the run.
  expect(found).toMatchObject({ evalId, name: 'rows', rows, asked: rows, before: passed });
  expect([passed > 0, passed < rows]).toEqual([true, true]);
  expect(report.notes).toContain(`The eval ${gone} was not asked: it was deleted.`);
  expect(report.forgetting).not.toHaveProperty('questions');
  expect(ended.evaluation).toMatchObject({ forgetting: { evals: [{ eval: evalId, rows }] } });
  const events = await test.service.events(job.id);
  const told = events.map(({ message }) => message);
  expect(told).toContain(`Evaluating tiny on the eval rows: ${rows} of ${rows} rows.`);

  // Without held-out rows, and as many rows as the job says from all over the eval.
  const few = { ...options, evaluation_rows: 5, forgetting_evals: [evalId] };
  const short = await test.service.trained({ train: dataset.train, heldOut: [] }, { options: few });
  await test.service.queue(short);
  const second = await test.service.report(await test.service.ended(short.id));
  expect(second.forgetting?.evals).toMatchObject([{ evalId, rows: 5, asked: 5 }]);
  expect(second.notes).toEqual([]);
});
