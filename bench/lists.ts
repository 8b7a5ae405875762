/**
 * Prints how long a gateway takes for the first, a middle and the last page of long lists, and the memory of its process:
 * 10,000 jobs, as many files, and 100,000 events of one job, which it writes straight into the store of a temporary folder.
 *
 *     npm run bench:lists [-- --jobs 10000 --files 10000 --events 100000]
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Page } from '@lathe/contracts/http/list';
import { readConfig } from '@lathe/platform/config';
import { freePort } from '@lathe/testkit/free-port';
import { publishManyEvents, writeManyFiles, writeManyJobs } from '@lathe/testkit/many-records';
import { startNats } from '@lathe/testkit/nats';
import { openStores } from '@lathe/testkit/stores';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { percentile } from '../scripts/load/percentile.ts';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '10000' },
    files: { type: 'string', default: '10000' },
    events: { type: 'string', default: '100000' },
  },
});
const key = 'sk-bench-lists-0123456789';
const limit = 100;
/** Times that each page is asked for. */
const times = 9;

await using server = await startNats();
await using folder = await tempFolder();
const env = {
  ...{ LATHE_DATA: folder.path, LATHE_NATS_URL: server.url, LATHE_API_KEY: key },
  ...{ LATHE_PORT: String(await freePort()), LATHE_LOG_LEVEL: 'warn' },
};
const config = readConfig(env);
const url = `http://127.0.0.1:${config.port}`;
const stores = await openStores(config);
const gateway = spawn(
  process.execPath,
  [fileURLToPath(new URL('../services/gateway/src/main.ts', import.meta.url))],
  { env: { PATH: process.env.PATH, ...env }, stdio: 'inherit' },
);
try {
  await ready();
  const empty = memory();
  const project = 'default';
  const jobs = await writeManyJobs(stores, { project, count: Number(values.jobs) });
  const files = await writeManyFiles(stores, { project, count: Number(values.files) });
  const [job] = jobs;
  if (job === undefined) throw new Error('--jobs must be at least 1');
  const count = Number(values.events);
  await publishManyEvents(stores.nats, job, count);
  const events = `/v1/fine_tuning/jobs/${job.id}/events`;
  console.log(
    `| list | first answer | first page | middle page | last page |\n| --- | --- | --- | --- | --- |`,
  );
  console.log(await listed('jobs', '/v1/fine_tuning/jobs', jobs));
  console.log(await listed('files', '/v1/files', files));
  console.log(await listedEvents(events, count));
  console.log(
    `\nMilliseconds of pages of ${limit}, the median of ${times}; the first answer reads what was written since. Memory of the gateway: ${empty} MiB before, ${memory()} MiB after.`,
  );
} finally {
  gateway.kill('SIGKILL');
  await stores.nats.close();
}

/** A line of the table for records of which the newest is listed first. */
async function listed(
  name: string,
  path: string,
  records: readonly { readonly id: string }[],
): Promise<string> {
  const newestFirst = records.map(({ id }) => id).toReversed();
  const after = (at: number): string => (at < 1 ? '' : `&after=${newestFirst[at - 1]}`);
  const first = await ask(path, '');
  const pages = [0, Math.floor(records.length / 2), records.length - limit];
  const took = [];
  for (const at of pages) took.push(await timed(path, after(at)));
  return line(`${records.length} ${name}`, first.ms, took);
}

/** The same of events, to whose ids only a walk leads. */
async function listedEvents(path: string, count: number): Promise<string> {
  const first = await ask(path, '');
  const took = [await timed(path, '')];
  // From page to page of a thousand: to the middle, and on to what is left for the last page.
  let after = first.page.last_id;
  let seen = limit;
  for (const end of [Math.floor(count / 2), count - limit]) {
    while (seen < end) {
      const most = Math.min(1000, end - seen);
      const { page } = await ask(path, `&after=${after}`, most);
      after = page.last_id;
      seen += page.data.length;
    }
    took.push(await timed(path, `&after=${after}`));
  }
  return line(`${count} events`, first.ms, took);
}

function line(name: string, firstMs: number, pagesMs: readonly number[]): string {
  return `| ${[name, firstMs, ...pagesMs].map((each) => (typeof each === 'number' ? each.toFixed(1) : each)).join(' | ')} |`;
}

async function timed(path: string, after: string): Promise<number> {
  const took: number[] = [];
  for (let time = 0; time < times; time++) took.push((await ask(path, after)).ms);
  return percentile(took, 50);
}

async function ask(path: string, after: string, most = limit) {
  const begun = performance.now();
  const response = await fetch(`${url}${path}?limit=${most}${after}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  const page = (await response.json()) as Page<{ id: string }>;
  const ms = performance.now() - begun;
  if (page.data?.length !== most)
    throw new Error(`${path} gave ${response.status} ${JSON.stringify(page).slice(0, 200)}`);
  return { ms, page };
}

async function ready(): Promise<void> {
  for (;;) {
    const response = await fetch(`${url}/readyz`).catch(() => undefined);
    if (response?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Resident MiB of the gateway's process. */
function memory(): number {
  const status = readFileSync(`/proc/${gateway.pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024);
}
