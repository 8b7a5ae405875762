import { type JobObject, jobObjectSchema } from '@lathe/contracts/http/fine-tuning';
import { type Api, wholeNumber } from '../api/api.ts';
import { jobsPath } from '../api/job.ts';
import { fileIdOf } from '../api/upload.ts';
import { type Call, command, type Options } from '../command/command.ts';
import { withSettings } from '../command/settings.ts';
import { tellEnd } from '../jobs/job-end.ts';
import { watchJob } from '../jobs/watch-job.ts';
import { chooseModel } from './choose-model.ts';
import { tellEstimate } from './estimate.ts';

const options = {
  model: {
    meaning:
      'a base model, or a tuned one to go on from; by default the first that learns from such rows',
    value: '<model>',
    completion: 'model',
  },
  watch: { meaning: 'follows the job to its verdict', short: 'w' },
  'held-out': {
    meaning: 'rows to judge by, instead of a share of the training rows',
    value: '<file>',
    completion: 'file',
  },
  'dry-run': { meaning: 'says what the job would be, and creates none' },
  suffix: { meaning: "part of the tuned model's name", value: '<text>' },
  epochs: { meaning: 'times each row is seen', value: '<n>' },
  seed: { meaning: 'decides order, split and start', value: '<n>' },
  set: {
    meaning:
      'any other field of the request by its path, as in lathe.adaptation.type=dora (docs/jobs.md)',
    value: '<path=value>',
    many: true,
  },
} as const satisfies Options;

export const tune = command({
  name: 'tune',
  summary: 'Fine-tunes a model on a file of examples: uploads it and creates a job.',
  details:
    'The file is one of this machine, or the id of an uploaded one. Ctrl-C while watching leaves the job running. With --watch and --json each event is a line, and then the job.',
  examples: [
    'lathe tune examples/support-routing.jsonl --watch',
    'lathe tune rows.csv --model smollm2-135m --epochs 2 --set lathe.adaptation.type=lora --set lathe.adaptation.rank=8',
    'lathe tune rows.jsonl --held-out test.jsonl --dry-run',
  ],
  args: [{ name: 'file', meaning: 'the rows to learn from', completion: 'file' }],
  options,
  async run(call: Call<typeof options>) {
    const api = await call.connect();
    const body = await jobBody(call, api);
    if (call.options['dry-run']) return tellEstimate(call, api, body);
    const job = await api.post(jobsPath, jobObjectSchema, body);
    if (!call.options.watch) return tellCreated(call, job);
    if (!call.isJson) call.err.line(`Created ${job.id} on ${job.model}.`);
    await tellEnd(call, api, await watchJob(call, api, job.id));
  },
});

async function jobBody(call: Call<typeof options>, api: Api): Promise<Record<string, unknown>> {
  const { args, options: given } = call;
  const { model, suffix, epochs, seed } = given;
  // What the command line has wrong is said before anything is uploaded.
  const settings = withSettings(
    {
      ...(suffix !== undefined && { suffix }),
      ...(epochs !== undefined && { hyperparameters: { n_epochs: wholeNumber(epochs, 'epochs') } }),
      ...(seed !== undefined && { seed: wholeNumber(seed, 'seed') }),
    },
    given.set,
  );
  const heldOut = given['held-out'];
  const file = await fileIdOf(call, api, { name: args[0] ?? '' });
  const files = {
    training_file: file,
    ...(heldOut !== undefined && {
      validation_file: await fileIdOf(call, api, { name: heldOut }),
    }),
  };
  const chosen =
    model ?? settings.model ?? (await chooseModel(call, api, { ...settings, ...files }));
  return { ...settings, ...files, model: chosen };
}

function tellCreated({ out, isJson, json }: Call, job: JobObject): void {
  if (isJson) json(job);
  else out.line(`Created ${job.id} on ${job.model}. To follow it: lathe jobs watch ${job.id}`);
}
