import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { exportObjectSchema } from '@lathe/contracts/http/export';
import type { Api } from '../api/api.ts';
import { poll } from '../api/poll.ts';
import { command } from '../command/command.ts';
import { CommandError } from '../command/failure.ts';
import { bytes } from '../terminal/amounts.ts';
import { modelArgument } from './model-commands.ts';

/** What a format is called in a sentence. */
const formatWords: Readonly<Record<string, string>> = {
  adapter: 'a PEFT adapter',
  merged: 'a whole Hugging Face folder',
  onnx: 'ONNX for Transformers.js',
  gguf: 'a GGUF file',
  modelfile: 'a folder for ollama create',
};

export const modelsExport = command({
  name: 'models export',
  summary:
    'Downloads a tuned model: as PEFT adapter, whole Hugging Face folder, ONNX, GGUF or for Ollama.',
  details:
    'What is not there yet is written on request (docs/exports.md). Each file is compared with its SHA-256.',
  examples: ['lathe models export ft:… --to gguf --dtype q8_0 --out model'],
  args: [modelArgument],
  options: {
    to: {
      meaning: `${Object.keys(formatWords).join(', ')}; adapter by default`,
      value: '<format>',
      completion: Object.keys(formatWords),
    },
    dtype: {
      meaning: 'how weights are stored: f32 or q8 of onnx, f16, f32 or q8_0 of gguf',
      value: '<type>',
    },
    out: {
      meaning: "the folder; by default the model's name",
      value: '<folder>',
      completion: 'file',
    },
  },
  async run({ args: [name = ''], options, out, err, isJson, json, connect, signal }) {
    const { to: format = 'adapter', dtype } = options;
    const api = await connect();
    const begun = await api.post(
      `/lathe/models/${encodeURIComponent(name)}/exports`,
      exportObjectSchema,
      { format, ...(dtype !== undefined && { dtype }) },
    );
    err.draw([`Writing ${name} as ${format} …`]);
    const at = `/lathe/exports/${encodeURIComponent(begun.id)}`;
    const done = await poll(
      () => api.get(at, exportObjectSchema),
      ({ status }) => status !== 'queued' && status !== 'running',
      signal,
    );
    if (done.status === 'failed')
      throw new CommandError('ended', done.error?.message ?? 'The export failed.');
    const folder = options.out ?? name.replaceAll(/[^\w.-]+/g, '_');
    for (const file of done.files) {
      err.draw([`Downloading ${file.name}, ${bytes(file.bytes)} …`]);
      await download(api, `${at}/files/${encodeURIComponent(file.name)}`, { ...file, folder });
    }
    err.clear();
    if (isJson) return json({ ...done, folder });
    const size = done.files.reduce((sum, file) => sum + file.bytes, 0);
    out.line(`${folder}: ${formatWords[format]}, ${done.files.length} files, ${bytes(size)}.`);
    for (const note of done.notes) out.line(out.paint.dim(note));
  },
});

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
