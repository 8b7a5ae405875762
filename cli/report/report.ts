import { writeFile } from 'node:fs/promises';
import { findJob } from '../api/job.ts';
import { command } from '../command/command.ts';
import { CommandError } from '../command/failure.ts';
import { findReport } from './find-report.ts';
import { verdictLines } from './verdict.ts';

export const report = command({
  name: 'report',
  summary:
    'Shows whether tuning helped: one sentence, then every contestant with its 95 % interval.',
  args: [
    {
      name: 'job',
      meaning: 'its id; the newest job where it is left out',
      isOptional: true,
      completion: 'job',
    },
  ],
  options: {
    html: {
      meaning: 'writes the whole report as a page, too',
      value: '<file>',
      completion: 'file',
    },
  },
  async run({ args, options, out, err, isJson, json, connect }) {
    const api = await connect();
    const job = await findJob(api, args[0]);
    const found = await findReport(api, job.id);
    if (found === null)
      throw new CommandError('failed', `The job ${job.id} is ${job.status} and has no report.`);
    if (isJson) json(found);
    else {
      out.line(out.paint.dim(`${job.id}: ${found.fineTunedModel}`));
      for (const line of verdictLines(found, out)) out.line(line);
    }
    if (options.html === undefined) return;
    const page = await api.fetch(`/lathe/jobs/${encodeURIComponent(job.id)}/report.html`);
    await writeFile(options.html, await page.text());
    err.line(`The page is in ${options.html}.`);
  },
});
