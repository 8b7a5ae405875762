/**
 * `npm run bench:hostile`: files that are made to break readers, each in its full size, uploaded to the whole platform and
 * inspected: what is said of it, how long that takes, and the most memory that gateway and ingest held. In the end, whether anything
 * was left in ingest's folder. Needs 2 GB of disk.
 */
import { once } from 'node:events';
import { createWriteStream, openAsBlob } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createGzip, createZstdCompress } from 'node:zlib';
import type { InspectionObject } from '@lathe/contracts/http/inspection';
import { readConfig } from '@lathe/platform/config';
import OpenAI from 'openai';
import { startPlatform } from '../scripts/platform.ts';

const { values } = parseArgs({
  options: {
    /** Files by their names, with commas between. */
    only: { type: 'string' },
  },
});
const megabyte = 1_000_000;
const good = '{"text": "a fine row"}\n'.repeat(20);
/** So many pieces of a text. */
function* pieces(piece: string, count: number): Generator<string> {
  for (let at = 0; at < count; at++) yield piece;
}

type Made = { readonly pack?: 'gz' | 'zst'; pieces(): Iterable<string> };
const files: Readonly<Record<string, Made>> = {
  'line-of-1-gb.jsonl': {
    *pieces() {
      yield `${good}{"text": "`;
      yield* pieces('a'.repeat(megabyte), 1000);
      yield '"}\n';
    },
  },
  'ten-million-lines.jsonl': {
    *pieces() {
      yield good;
      yield* pieces('{}\n'.repeat(10_000), 1000);
    },
  },
  'ten-million-lines.txt': { pieces: () => pieces('a b\n'.repeat(10_000), 1000) },
  'nested-100-million-deep.json': { pieces: () => pieces('['.repeat(megabyte), 100) },
  'bomb-of-10-gb.txt.gz': { pack: 'gz', pieces: () => pieces('a'.repeat(megabyte), 10_000) },
  'bomb-of-10-gb.txt.zst': { pack: 'zst', pieces: () => pieces('a'.repeat(megabyte), 10_000) },
};

async function write(file: string, { pack, pieces: made }: Made): Promise<void> {
  const out = createWriteStream(file);
  const packer = pack === 'gz' ? createGzip() : pack === 'zst' ? createZstdCompress() : undefined;
  packer?.pipe(out);
  const to = packer ?? out;
  for (const piece of made()) if (!to.write(piece)) await once(to, 'drain');
  to.end();
  await once(out, 'close');
}

/** The most memory that a process held, its threads included, in MiB. */
async function peakMiB(pid: number | undefined): Promise<string> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return (Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024).toFixed(0);
}

async function inspected(client: OpenAI, id: string): Promise<InspectionObject> {
  let seen: InspectionObject = await client.post(`/lathe/files/${id}/inspect`, { body: {} });
  while (seen.status === 'queued' || seen.status === 'running') {
    await new Promise((resolve) => setTimeout(resolve, 200));
    seen = await client.get(`/lathe/inspections/${seen.id}`);
  }
  return seen;
}

/** What stays in a folder: ingest cleans up once it has answered. */
async function leftIn(work: string): Promise<readonly string[]> {
  for (let looks = 0; looks < 50 && (await readdir(work)).length > 0; looks++)
    await new Promise((resolve) => setTimeout(resolve, 200));
  return readdir(work);
}

const folder = await mkdtemp(path.join(tmpdir(), 'lathe-hostile-'));
const apiKey = 'sk-hostile-files';
const data = path.join(folder, 'data');
const config = readConfig({
  ...process.env,
  ...{ LATHE_DATA: data, LATHE_PORT: '0', LATHE_API_KEY: apiKey, LATHE_LOG_LEVEL: 'error' },
  ...{ LATHE_WORKERS: '0', LATHE_UPLOAD_LIMIT: '4GB' },
});
const platform = await startPlatform(config);
try {
  const client = new OpenAI({ apiKey, baseURL: `${platform.url}/v1` });
  console.log('| file | MB | seconds | peak MiB of gateway | of ingest | what is said |');
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const [name, made] of Object.entries(files)) {
    if (values.only !== undefined && !values.only.split(',').includes(name)) continue;
    const file = path.join(folder, name);
    await write(file, made);
    const blob = await openAsBlob(file);
    const { id } = await client.files.create({
      file: new File([blob], name),
      purpose: 'fine-tune',
    });
    const begun = performance.now();
    const { report, error } = await inspected(client, id);
    const seconds = (performance.now() - begun) / 1000;
    const said = report?.refusal?.message ?? error?.message ?? 'a job would train on it';
    const pids = platform.pids();
    const peaks = [await peakMiB(pids.get('gateway')), await peakMiB(pids.get('ingest'))];
    const sizes = [(blob.size / megabyte).toFixed(1), seconds.toFixed(1)];
    console.log(`| ${[name, ...sizes, ...peaks, said.slice(0, 160)].join(' | ')} |`);
    await client.files.delete(id);
    await rm(file);
  }
  const left = await leftIn(
    path.join(data, 'work', '.ingest', String(platform.pids().get('ingest'))),
  );
  console.log(`\nLeft in the folder of ingest: ${left.length === 0 ? 'nothing' : left.join(', ')}`);
} finally {
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
}
