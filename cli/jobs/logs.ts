import { type EventObject, eventObjectSchema } from '@lathe/contracts/http/fine-tuning';
import { take, wholeNumber } from '../api/api.ts';
import { findJob, jobsPath } from '../api/job.ts';
import { jobEvents } from '../api/job-events.ts';
import { command } from '../command/command.ts';
import { CommandError } from '../command/failure.ts';
import type { Printer } from '../terminal/printer.ts';
import { jobArgument } from './job-commands.ts';
import { eventLine } from './watch-job.ts';

export const logs = command({
  name: 'logs',
  summary: 'Shows the events of a job, oldest first.',
  details:
    'With --follow it goes on until the job is over; Ctrl-C stops that and leaves the job alone. With --json each event is a line.',
  examples: ['lathe logs -f', 'lathe logs ftjob-… --json | jq .data.train_loss'],
  args: [jobArgument],
  options: {
    follow: { meaning: 'goes on with each event as it happens', short: 'f' },
    limit: {
      meaning: 'only the last so many; 1,000 by default, and all with --follow',
      value: '<n>',
    },
  },
  async run({ args, options, out, err, isJson, json, connect, signal, catchInterrupt }) {
    const api = await connect();
    const { id } = await findJob(api, args[0]);
    const show = (event: EventObject): void =>
      isJson ? json(event) : out.line(`${out.paint.dim(clock(event))} ${eventLine(event, out)}`);
    if (!options.follow) {
      const most = wholeNumber(options.limit ?? '1000', 'limit');
      const path = `${jobsPath}/${encodeURIComponent(id)}/events`;
      const query = { limit: Math.min(1000, Math.max(1, most)) };
      const events = await take(api.list(path, eventObjectSchema, query), most);
      for (const event of events.toReversed()) show(event);
      return;
    }
    catchInterrupt();
    try {
      for await (const event of jobEvents(api, id, { signal, onLost: lostTeller(err) }))
        show(event);
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new CommandError('interrupted', `Stopped reading; the job ${id} goes on.`);
    }
  },
});

function lostTeller(err: Printer): () => void {
  return () => err.line(err.paint.yellow('The connection was lost; trying again …'));
}

/** `11:20:45` of the event. */
function clock({ created_at: seconds }: EventObject): string {
  return new Date(seconds * 1000).toTimeString().slice(0, 8);
}
