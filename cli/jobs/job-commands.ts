import { jobObjectSchema } from '@lathe/contracts/http/fine-tuning';
import { take, wholeNumber } from '../api/api.ts';
import { findJob, jobsPath } from '../api/job.ts';
import { type Argument, type Command, command } from '../command/command.ts';
import { moment } from '../terminal/amounts.ts';
import { table } from '../terminal/table.ts';
import { padText } from '../terminal/text-width.ts';
import { tellEnd } from './job-end.ts';
import { jobFacts, outcomeWords, stateWords } from './job-words.ts';
import { watchJob } from './watch-job.ts';

/** A job that a command is about. */
export const jobArgument = {
  name: 'job',
  meaning: 'its id; the newest job where it is left out',
  isOptional: true,
  completion: 'job',
} as const satisfies Argument;

export const jobsList = command({
  name: 'jobs list',
  summary: 'Lists the fine-tuning jobs of the project, newest first.',
  args: [],
  options: { limit: { meaning: 'at most so many; 20 by default', value: '<n>' } },
  async run({ options, out, isJson, json, connect }) {
    const most = wholeNumber(options.limit ?? '20', 'limit');
    const api = await connect();
    const jobs = await take(
      api.list(jobsPath, jobObjectSchema, { limit: Math.min(100, Math.max(1, most)) }),
      most,
    );
    if (isJson) for (const job of jobs) json(job);
    else if (jobs.length === 0) out.line('There is no job yet: lathe tune <file> creates one.');
    else {
      const rows = jobs.map((job) => [
        job.id,
        stateWords(job, out.paint),
        job.model,
        moment(job.created_at),
        outcomeWords(job),
      ]);
      for (const line of table(['job', 'state', 'model', 'created', 'outcome'], rows, out.width()))
        out.line(line);
    }
  },
});

export const jobsShow = command({
  name: 'jobs show',
  summary: 'Says all about a job.',
  args: [jobArgument],
  options: {},
  async run({ args: [id], out, isJson, json, connect }) {
    const job = await findJob(await connect(), id);
    if (isJson) return json(job);
    for (const [name, value] of jobFacts(job, out.paint))
      out.line(`${out.paint.dim(padText(name, 14))} ${value}`);
  },
});

export const jobsWatch = command({
  name: 'jobs watch',
  summary:
    'Follows a job until it is over: a bar, the loss, the speed, the time left, and its events.',
  details:
    'Ctrl-C stops watching; the job goes on. With --json each event is a line, and then the job.',
  args: [jobArgument],
  options: {},
  async run(call) {
    const api = await call.connect();
    const { id } = await findJob(api, call.args[0]);
    await tellEnd(call, api, await watchJob(call, api, id));
  },
});

/** A command that asks for a change of a job. */
function changing(verb: 'cancel' | 'pause' | 'resume', summary: string): Command {
  return command({
    name: `jobs ${verb}`,
    summary,
    args: [{ name: 'job', meaning: 'its id', completion: 'job' }],
    options: {},
    async run({ args: [id = ''], out, isJson, json, connect }) {
      const api = await connect();
      const job = await api.post(`${jobsPath}/${encodeURIComponent(id)}/${verb}`, jobObjectSchema);
      if (isJson) json(job);
      else out.line(`${job.id}: ${stateWords(job, out.paint)}`);
    },
  });
}

export const jobsCancel = changing('cancel', 'Cancels a job; what it has learnt so far is gone.');
export const jobsPause = changing('pause', 'Pauses a job, which keeps what it has learnt.');
export const jobsResume = changing(
  'resume',
  'Puts a paused job, or one that the infrastructure failed, back into the queue.',
);
