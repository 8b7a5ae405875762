/**
 * `npm run load -- <script>`: starts the platform in a temporary folder, puts the load of a k6 script on
 * it, and stops everything again.
 *
 *     npm run load -- smoke
 *     npm run load -- finetune-throughput [--jobs 60] [--projects 6] [--workers 2]
 *
 * Exits with 1 when a threshold does not hold.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { resultsDocument } from './load/document.ts';
import { startEnvironment } from './load/environment.ts';
import { k6Problem, runK6 } from './load/k6.ts';
import { platformTable, resultsOf, resultTables } from './load/results.ts';
import { measurePlatform, measureThroughput } from './load/throughput.ts';

const loadFolder = fileURLToPath(new URL('../load', import.meta.url));
const usage =
  'usage: npm run load -- smoke | finetune-throughput [--jobs n] [--projects n] [--workers n] [--max-minutes n] [--only platform]';

/** A command line that cannot be run; the message is for its writer. */
class UsageError extends Error {}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function smoke(signal: AbortSignal): Promise<boolean> {
  await using environment = await startEnvironment({ projects: 1, workers: 1, threads: 1 });
  const { platform, keys, folder } = environment;
  const settings = { URL: platform.url, API_KEYS: keys.join(',') };
  const { thresholdsHold, lines } = await runK6({ script: 'smoke', settings, folder, signal });
  for (const line of lines) say(line);
  say(thresholdsHold ? 'smoke: every threshold holds' : 'smoke: a threshold does not hold');
  return thresholdsHold;
}

async function throughput(signal: AbortSignal, { sizes, only }: Command): Promise<boolean> {
  const { jobs, projects, workers, maxMinutes } = sizes;
  const volume = { jobs, projects };
  const options = { volume, workers, maxMinutes, pollSeconds: 2, say, signal };
  if (only === 'platform') {
    const run = await measurePlatform(options);
    say(`\n${platformTable(run, jobs)}`);
    for (const finding of run.findings) say(finding);
    return run.thresholdsHold;
  }
  const measured = await measureThroughput(options);
  const results = resultsOf(measured);
  say(`\n${resultTables(results)}`);
  for (const finding of results.findings) say(finding);
  const folder = path.join(loadFolder, 'results');
  await mkdir(folder, { recursive: true });
  const json = `${JSON.stringify(results, null, 2)}\n`;
  await writeFile(path.join(folder, 'finetune-throughput.json'), json);
  await writeFile(path.join(loadFolder, 'RESULTS.md'), resultsDocument(results, new Date()));
  say('Written: load/RESULTS.md and load/results/finetune-throughput.json');
  return results.thresholdsHold;
}

type Sizes = Record<'jobs' | 'projects' | 'workers' | 'maxMinutes', number>;

type Command = {
  readonly script: string;
  readonly sizes: Sizes;
  /** `platform`: leave out the engine alone and write no results, to compare two versions. */
  readonly only: 'platform' | undefined;
};

function readCommand(args: readonly string[]): Command {
  const option = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      jobs: { ...option, default: '60' },
      projects: { ...option, default: '6' },
      workers: { ...option, default: '2' },
      'max-minutes': { ...option, default: '20' },
      only: option,
    },
  });
  const count = (name: keyof typeof values): number => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value >= 1) return value;
    throw new UsageError(`--${name} is "${values[name]}", but must be a whole number from 1 on.`);
  };
  const [script = '', ...rest] = positionals;
  if (rest.length > 0 || !['smoke', 'finetune-throughput'].includes(script))
    throw new UsageError(usage);
  const { only } = values;
  if (only !== undefined && only !== 'platform') throw new UsageError(usage);
  return {
    script,
    only,
    sizes: {
      jobs: count('jobs'),
      projects: count('projects'),
      workers: count('workers'),
      maxMinutes: count('max-minutes'),
    },
  };
}

async function main(): Promise<boolean> {
  const command = readCommand(process.argv.slice(2));
  const problem = k6Problem();
  if (problem !== null) throw new UsageError(problem);
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort());
  try {
    const { signal } = stopping;
    return await (command.script === 'smoke' ? smoke(signal) : throughput(signal, command));
  } catch (error) {
    if (stopping.signal.aborted) throw new Error('Stopped by a signal.', { cause: error });
    throw error;
  }
}

try {
  if (!(await main())) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
