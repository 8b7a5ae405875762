/**
 * Prints how fast files are checked, tokenized and packed, and what memory that takes, on the whole platform, which it
 * starts in a temporary folder: each file is uploaded and a job created on it, from whose creation to its dataset is timed.
 * The process that takes a Parquet file apart counts too: its CPU time with that of ingest, its memory in a column of both, in which
 * what both have of Node's own program counts twice, and in another where it counts once, as it lies in memory.
 * Beside it, how fast the tokenizer alone is, and two others, on the same texts.
 *
 *     npm run bench:ingest [-- --megabytes 1000 --others 300 --model lathe-tiny]
 */
import { execFile } from 'node:child_process';
import { openAsBlob } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { readConfig } from '@lathe/platform/config';
import { tempFolder } from '@lathe/testkit/temp-folder';
import OpenAI from 'openai';
import { startPlatform } from '../../scripts/platform.ts';
import { type Format, formats, writeRows } from './files.ts';
import { tokenizingSpeeds } from './peers.ts';

const { values } = parseArgs({
  options: {
    /** Size of the JSONL file. */
    megabytes: { type: 'string', default: '1000' },
    /** Size of each other file, before it is packed. */
    others: { type: 'string', default: '300' },
    model: { type: 'string', default: 'lathe-tiny' },
    /** Files by their formats, with commas between. */
    only: { type: 'string' },
  },
});
const { model } = values;
/** Clock ticks of /proc a second, on every Linux that Node runs on. */
const ticks = 100;
const pollMs = 100;

await using folder = await tempFolder();
const platform = await startPlatform(
  readConfig({
    ...process.env,
    ...{ LATHE_DATA: join(folder.path, 'data'), LATHE_PORT: '0', LATHE_LOG_LEVEL: 'warn' },
    // Larger than files usually may be.
    LATHE_UPLOAD_LIMIT: '4GB',
  }),
);
const client = new OpenAI({ baseURL: `${platform.url}/v1`, apiKey: platform.apiKey });
try {
  console.log(`${availableParallelism()} cores, model ${model}\n`);
  console.log(
    '| file | MB | rows | seconds | MB/s | CPU seconds of ingest and its children | MB/s a core | peak MiB of ingest | and its children | files of both once |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const format of formats)
    if (values.only === undefined || values.only.split(',').includes(format))
      console.log(await row(format));
  const speeds = await tokenizingSpeeds(join('models', model), 10);
  console.log('\n| tokenizing alone | MB/s a core | ratio |\n| --- | --- | --- |');
  const own = speeds.get('ours') ?? 0;
  for (const [name, speed] of speeds)
    console.log(`| ${name} | ${speed.toFixed(1)} | ${(own / speed).toFixed(2)} |`);
} finally {
  await platform.stop();
}

async function row(format: Format): Promise<string> {
  const megabytes = Number(format === 'jsonl' ? values.megabytes : values.others);
  const path = join(folder.path, `rows.${format}`);
  const rows = await writeRows(path, format, megabytes * 1e6);
  const blob = await openAsBlob(path);
  const file = new File([blob], `rows.${format}`);
  const { id } = await client.files.create({ file, purpose: 'fine-tune' });
  const pid = platform.pids().get('ingest');
  if (pid === undefined) throw new Error('ingest does not run');
  // What was written before reaches the disk before, or the kernel does that work beside the job's own.
  await promisify(execFile)('sync');
  const before = await cpuSeconds(pid);
  const started = performance.now();
  const job = await client.fineTuning.jobs.create({
    model,
    training_file: id,
    method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 1 } } },
  });
  const together = await prepared(job.id, pid);
  const seconds = (performance.now() - started) / 1000;
  const cpu = (await cpuSeconds(pid)) - before;
  const peak = await memoryOf(pid, 'VmHWM');
  await forget(job.id, id);
  await rm(path);
  const figures = [seconds.toFixed(1), (megabytes / seconds).toFixed(1), cpu.toFixed(1)];
  const more = [
    (megabytes / cpu).toFixed(1),
    ...[peak, Math.max(peak, together.all), Math.max(peak, together.once)].map(mebibytes),
  ];
  return `| ${[format, megabytes, rows, ...figures, ...more].join(' | ')} |`;
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}

/**
 * Waits until the files of a job are a dataset, and returns the most memory that ingest and its children were seen to hold at a time. Throws when
 * they are refused.
 */
async function prepared(id: string, pid: number): Promise<Held> {
  let peak: Held = { all: 0, once: 0 };
  for (;;) {
    const { status, error } = await client.fineTuning.jobs.retrieve(id);
    if (status === 'failed') throw new Error(error?.message ?? 'the job failed');
    if (status !== 'validating_files') return peak;
    const held = await heldMemory(pid);
    peak = { all: Math.max(peak.all, held.all), once: Math.max(peak.once, held.once) };
    await sleep(pollMs);
  }
}

/** Ends a job and erases it with its file: none of a bench has the others' gigabytes on its disk and in the kernel's memory. */
async function forget(job: string, file: string): Promise<void> {
  await client.fineTuning.jobs.cancel(job);
  while ((await client.fineTuning.jobs.retrieve(job)).status !== 'cancelled') await sleep(pollMs);
  await client.delete(`/lathe/jobs/${job}`);
  await client.files.delete(file);
}

/** CPU time of a process and of those of its children that have ended. */
async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The second field is a name in brackets that may hold anything; from the 14th on stand user and system time, and those of the children.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) / ticks;
}

/** Memory of processes together, in bytes. */
type Held = {
  readonly all: number;
  /** Of pages of files only those of the process that has most of them: programs that are the same lie in memory once. */
  readonly once: number;
};

/** The memory that a process and its children hold now. */
async function heldMemory(pid: number): Promise<Held> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const pids = [pid, ...(children.match(/\d+/g) ?? [])];
  const sizes = (name: MemoryName) => Promise.all(pids.map((each) => memoryOf(each, name)));
  const all = sumOf(await sizes('VmRSS'));
  const files = await sizes('RssFile');
  return { all, once: all - sumOf(files) + Math.max(...files) };
}

function sumOf(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** What a process holds, the most that it held, and what it holds of files. */
type MemoryName = 'VmRSS' | 'VmHWM' | 'RssFile';

/** Memory of a process, its threads included, in bytes; none of one that has ended. */
async function memoryOf(pid: number | string, name: MemoryName): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(ended);
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) * 1024;
}

/** Nothing is told of a process that has ended. Throws any other error. */
function ended(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT' || error.code === 'ESRCH') return '';
  throw error;
}
