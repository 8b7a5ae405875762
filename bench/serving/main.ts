/**
 * Prints how soon /healthz and another project's short answer come while one project sends what takes long to read, or
 * has 50 streams open: on the whole platform, which it starts in a temporary folder.
 *
 *     npm run bench:serving [-- --seconds 10]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readConfig } from '@lathe/platform/config';
import { freePort } from '@lathe/testkit/free-port';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { percentile } from '../../scripts/load/percentile.ts';
import { startPlatform } from '../../scripts/platform.ts';
import { hostileRequests } from './hostile.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '10' } } });
const phaseMs = Number(values.seconds) * 1000;
const keys = { many: 'sk-bench-many-project', few: 'sk-bench-few-project' };
const attacker = fileURLToPath(new URL('attacker.ts', import.meta.url));

await using folder = await tempFolder();
const healthPort = await freePort();
const platform = await startPlatform(
  readConfig({
    LATHE_DATA: folder.path,
    LATHE_PORT: '0',
    LATHE_LOG_LEVEL: 'warn',
    LATHE_HEALTH_PORT: String(healthPort),
    LATHE_API_KEYS: Object.entries(keys)
      .map(([project, key]) => `${key}=${project}`)
      .join(),
  }),
);
const places = {
  gateway: `${platform.url}/healthz`,
  // The evaluator's place in the row of ports, as scripts/services.ts has it.
  evaluator: `http://127.0.0.1:${healthPort + 2}/healthz`,
};
try {
  console.log(
    '| meanwhile | statuses | gateway /healthz | evaluator /healthz | 8 tokens for another | this program |',
  );
  console.log('| --- | --- | --- | --- | --- | --- |');
  await ask();
  console.log(await phase('nothing', null));
  for (const { name } of hostileRequests) console.log(await phase(name, name));
  console.log(await phase('all of these at once', 'hostile'));
  console.log(await phase('50 streams', 'streams'));
  console.log(
    '\nMilliseconds: median, 99 %, most. The last column is how late this program itself was called by its timers:',
  );
  console.log('what it measures can be no better while the machine gives it no processor.');
} finally {
  await platform.stop();
}

/** One row: what is measured while something goes on. */
async function phase(title: string, what: string | null): Promise<string> {
  const statuses = new Map<unknown, number>();
  const child = what === null ? null : fork(attacker, [platform.url, keys.many, what]);
  child?.on('message', (status) => statuses.set(status, (statuses.get(status) ?? 0) + 1));
  if (what !== null) await pause(2000);
  const until = performance.now() + phaseMs;
  const own = monitorEventLoopDelay({ resolution: 1 });
  own.enable();
  const [gateway, evaluator, answers] = await Promise.all([
    measure(until, 20, () => get(places.gateway)),
    measure(until, 20, () => get(places.evaluator)),
    measure(until, 0, ask),
  ]);
  own.disable();
  if (child !== null) {
    child.kill('SIGKILL');
    await once(child, 'close');
  }
  const seen = [...statuses].map(([status, count]) => `${String(status)}: ${count}`).join(', ');
  return `| ${[title, seen, text(gateway), text(evaluator), text(answers), delays(own)].join(' | ')} |`;
}

/** How long each call takes, one after another with pauses, until the time is over. */
async function measure(until: number, pauseMs: number, call: () => Promise<void>) {
  const times: number[] = [];
  do {
    const started = performance.now();
    await call();
    times.push(performance.now() - started);
    await pause(pauseMs);
  } while (performance.now() < until);
  return times;
}

async function get(url: string): Promise<void> {
  const response = await fetch(url);
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
  await response.arrayBuffer();
}

/** A short answer for the other project. */
async function ask(): Promise<void> {
  const response = await fetch(`${platform.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys.few}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'lathe-tiny',
      max_tokens: 8,
      messages: [{ role: 'user', content: 'Hello' }],
    }),
  });
  if (response.status !== 200) throw new Error(`a chat was answered ${response.status}`);
  await response.arrayBuffer();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function delays(own: ReturnType<typeof monitorEventLoopDelay>): string {
  return [own.percentile(50), own.percentile(99), own.max]
    .map((ns) => (ns / 1e6).toFixed(1))
    .join(', ');
}

function text(times: readonly number[]): string {
  const of = (percent: number): string => percentile(times, percent).toFixed(1);
  return `${of(50)}, ${of(99)}, ${Math.max(...times).toFixed(1)}`;
}
