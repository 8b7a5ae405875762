import { datasetObjectSchema } from '@lathe/contracts/http/dataset-object';
import { poll } from '../api/poll.ts';
import { fileIdOf } from '../api/upload.ts';
import { command } from '../command/command.ts';
import { CommandError } from '../command/failure.ts';
import { withSettings } from '../command/settings.ts';
import { writeAnswer } from '../command/write-answer.ts';
import { count } from '../terminal/amounts.ts';

const sources = ['faq', 'slack', 'tickets'];

export const dataConvert = command({
  name: 'data convert',
  summary:
    'Makes training rows of FAQ pages, Slack exports or support tickets, each with its evidence.',
  examples: [
    'lathe data convert export.zip --source slack --out rows.jsonl',
    'lathe data convert help.md --source faq --set convert.system="Answer briefly."',
  ],
  args: [{ name: 'file', meaning: 'the files to read', many: true, completion: 'file' }],
  options: {
    source: {
      meaning: 'what they are: faq, slack or tickets',
      value: '<kind>',
      completion: sources,
    },
    out: { meaning: 'downloads the rows into a file', value: '<file>', completion: 'file' },
    set: {
      meaning: 'any other field of the request by its path (docs/data.md)',
      value: '<path=value>',
      many: true,
    },
  },
  async run(call) {
    const { args, options, out, err, isJson, json, connect, signal } = call;
    if (options.source === undefined)
      throw new CommandError('usage', `--source says what the files are: ${sources.join(', ')}.`);
    const body = withSettings({ convert: { source: options.source } }, options.set);
    const api = await connect();
    const files: string[] = [];
    for (const name of args) files.push(await fileIdOf(call, api, { name }));
    Object.assign(body.convert as object, { files });
    const begun = await api.post('/lathe/datasets', datasetObjectSchema, body);
    err.draw(['Reading …']);
    const done = await poll(
      () => api.get(`/lathe/datasets/${encodeURIComponent(begun.id)}`, datasetObjectSchema),
      ({ status }) => status !== 'queued' && status !== 'running',
      signal,
    );
    err.clear();
    if (isJson) json(done);
    if (done.file === null)
      throw new CommandError('ended', done.error?.message ?? `The conversion was ${done.status}.`);
    if (!isJson) {
      out.line(
        `${done.file}: ${count(done.lineage?.rows ?? 0)} rows; lathe tune ${done.file} learns from them.`,
      );
      for (const { reason, count: times } of done.lineage?.unused ?? [])
        out.line(out.paint.dim(`not used, ${count(times)}: ${reason}`));
    }
    if (options.out !== undefined)
      await writeAnswer(
        call,
        await api.fetch(`/files/${encodeURIComponent(done.file)}/content`),
        options.out,
      );
  },
});
