import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { jobObjectSchema } from '@lathe/contracts/http/fine-tuning';
import { z } from 'zod';
import { type Api, take } from '../api/api.ts';
import { jobsPath } from '../api/job.ts';
import { command } from '../command/command.ts';
import { CommandError } from '../command/failure.ts';
import { bytes } from '../terminal/amounts.ts';
import { modelArgument } from './model-commands.ts';

const folderSchema = z.object({
  kind: z.enum(['adapter', 'merged']),
  files: z.array(z.object({ name: z.string(), bytes: z.number(), sha256: z.string() })),
});

export const modelsExport = command({
  name: 'models export',
  summary: 'Downloads the files of a tuned model: a PEFT adapter, or a whole Hugging Face folder.',
  details:
    'Each file is compared with its SHA-256. For ONNX, GGUF and Modelfiles: npm run export (docs/exports.md).',
  args: [modelArgument],
  options: {
    out: {
      meaning: "the folder; by default the model's name",
      value: '<folder>',
      completion: 'file',
    },
  },
  async run({ args: [name = ''], options, out, err, isJson, json, connect }) {
    const api = await connect();
    const job = await jobOf(api, name);
    const at = `/lathe/jobs/${encodeURIComponent(job)}/model`;
    const { kind, files } = await api.get(at, folderSchema);
    const folder = options.out ?? name.replaceAll(/[^\w.-]+/g, '_');
    for (const file of files) {
      err.draw([`Downloading ${file.name}, ${bytes(file.bytes)} …`]);
      await download(api, `${at}/${encodeURIComponent(file.name)}`, { ...file, folder });
    }
    err.clear();
    if (isJson) return json({ folder, kind, files });
    const size = files.reduce((sum, file) => sum + file.bytes, 0);
    out.line(
      `${folder}: ${kind === 'adapter' ? 'a PEFT adapter' : 'a whole model'}, ${files.length} files, ${bytes(size)}.`,
    );
  },
});

/** The job that made a model. */
async function jobOf(api: Api, model: string): Promise<string> {
  const most = 1000;
  const jobs = await take(api.list(jobsPath, jobObjectSchema, { limit: 100 }), most);
  const job = jobs.find(({ fine_tuned_model: made }) => made === model);
  if (job !== undefined) return job.id;
  throw new CommandError(
    'failed',
    `None of the newest ${most} jobs made "${model}"; lathe models list names the tuned models.`,
  );
}

type Wanted = { readonly name: string; readonly sha256: string; readonly folder: string };

async function download(api: Api, from: string, { name, sha256, folder }: Wanted): Promise<void> {
  const file = path.resolve(folder, name);
  // The name is Lathe's, who may be anybody.
  if (!file.startsWith(path.resolve(folder) + path.sep))
    throw new CommandError('failed', `"${name}" is no name of a file in a folder.`);
  await mkdir(path.dirname(file), { recursive: true });
  const { body } = await api.fetch(from);
  if (body === null) throw new CommandError('failed', `${name} came without content.`);
  const hash = createHash('sha256');
  await pipeline(
    Readable.fromWeb(body),
    async function* hashed(pieces: AsyncIterable<Buffer>) {
      for await (const piece of pieces) {
        hash.update(piece);
        yield piece;
      }
    },
    createWriteStream(file),
  );
  if (hash.digest('hex') !== sha256)
    throw new CommandError(
      'failed',
      `${file} did not come whole: its SHA-256 is another one; try again.`,
    );
}
