/** The command `lathe` as its users start it, on a real platform: from a file to the verdict and a conversation. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { patienceMs } from '@lathe/testkit/patience';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPlatform, supportLines, type TestPlatform } from './platform.fixture.ts';

const program = path.resolve('cli', 'lathe.mjs');
let platform: TestPlatform;
let rows: string;

beforeAll(async () => {
  platform = await openPlatform();
  rows = path.join(platform.folder, 'rows.jsonl');
  await writeFile(rows, (await supportLines(48)).join('\n'));
});
afterAll(() => platform[Symbol.asyncDispose]());

type Ran = { readonly status: number | null; readonly out: string; readonly err: string };
type Way = {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Sends Ctrl-C once standard error has this. */
  readonly interruptAt?: string;
};

/** Runs `lathe` with these words. */
async function lathe(
  words: readonly string[],
  { input = '', env = {}, interruptAt }: Way = {},
): Promise<Ran> {
  const child = spawn(program, words, {
    env: {
      PATH: process.env.PATH,
      ...{ XDG_CONFIG_HOME: path.join(platform.folder, 'config') },
      ...{ LATHE_URL: platform.url, LATHE_API_KEY: platform.apiKey, ...env },
    },
    // A group of its own, so that Ctrl-C reaches all of it, as in a terminal.
    detached: true,
  });
  let [out, err] = ['', ''];
  let isInterrupted = false;
  child.stdout.setEncoding('utf8').on('data', (piece) => (out += piece));
  child.stderr.setEncoding('utf8').on('data', (piece) => {
    err += piece;
    if (isInterrupted || interruptAt === undefined || !err.includes(interruptAt)) return;
    isInterrupted = true;
    process.kill(-(child.pid ?? 0), 'SIGINT');
  });
  child.stdin.end(input);
  const [status] = await once(child, 'close');
  return { status, out, err };
}

/** What a command says in a terminal of so many columns, in which these lines are typed, each after its prompt. */
async function inTerminal(words: string, typed: readonly string[]): Promise<string> {
  const child = spawn('script', ['-qfec', `stty cols 60; exec ${program} ${words}`, '/dev/null'], {
    env: {
      PATH: process.env.PATH,
      ...{ XDG_CONFIG_HOME: path.join(platform.folder, 'config'), TERM: 'xterm' },
      ...{ LATHE_URL: platform.url, LATHE_API_KEY: platform.apiKey },
    },
  });
  let shown = '';
  let seen = 0;
  const waiting = [...typed];
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    shown += piece;
    const at = shown.indexOf('› ', seen);
    const line = waiting[0];
    if (at === -1 || line === undefined) return;
    seen = shown.length;
    waiting.shift();
    child.stdin.write(`${line}\r`);
  });
  await once(child, 'close');
  return shown;
}

const parsed = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

it('tunes a model while it is watched, and tells the verdict and what comes next', {
  timeout: 3 * patienceMs,
}, async () => {
  const { status, out, err } = await lathe([
    'tune',
    rows,
    '--watch',
    '--epochs',
    '2',
    '--suffix',
    'cli',
    '--seed',
    '7',
  ]);
  expect(err).toContain('The rows are for lathe-tiny');
  expect(err).toMatch(/Training started: \d+ steps/);
  expect(out).toMatch(/exact match of \d+ held-out rows, with 95 % intervals/);
  expect(out).toMatch(/tuned {2,}\d.*●/);
  expect(out).toMatch(/lathe chat --model ft:lathe-tiny:default:cli:/);
  // Neither is a terminal.
  expect(out + err).not.toContain('\u001b');
  expect(status).toBe(0);
});

it('shows jobs, events, the verdict and models, for people and as JSON', async () => {
  const [job] = parsed((await lathe(['jobs', 'list', '--json'])).out);
  expect(job).toMatchObject({ object: 'fine_tuning.job', status: 'succeeded' });
  expect((await lathe(['jobs', 'list'])).out).toContain(`${job?.id}  succeeded`);
  expect((await lathe(['jobs', 'show'])).out).toContain(String(job?.fine_tuned_model));
  const events = parsed((await lathe(['logs', '-f', '--json'])).out);
  expect(events.at(-1)?.message).toBe('The job has successfully completed.');
  expect(events.filter(({ type }) => type === 'metrics').length).toBeGreaterThan(1);
  expect(parsed((await lathe(['report', '--json'])).out)[0]).toMatchObject({ jobId: job?.id });
  expect((await lathe(['models', 'list'])).out).toContain(`${job?.fine_tuned_model}`);
});

it('talks with the newest tuned model: a question, a pipe, and a conversation in a terminal', async () => {
  const question = 'Where is my parcel?';
  const asked = await lathe(['chat', '--temperature', '0', question]);
  expect(asked.out.trim()).not.toBe('');
  expect((await lathe(['chat', '--temperature', '0'], { input: question })).out).toBe(asked.out);
  const shown = await inTerminal('chat --temperature 0', [question, '/help', '/exit']);
  expect(shown).toContain('system prompt of its rows: Which queue of our web shop');
  expect(shown).toContain(asked.out.trim());
  expect(shown).toContain('forgets what was said');
});

it('leaves a job running when watching it is interrupted, and cancels it when it is told to', {
  timeout: 3 * patienceMs,
}, async () => {
  const words = ['tune', rows, '--model', 'lathe-tiny', '--watch', '--epochs', '50'];
  const { status, err } = await lathe(words, { interruptAt: 'Training started' });
  const id = /ftjob-\w+/.exec(err)?.[0] ?? expect.fail(err);
  expect(status).toBe(130);
  expect(err).toContain(`the job ${id} goes on`);
  expect(parsed((await lathe(['jobs', 'show', id, '--json'])).out)[0]?.status).toBe('running');
  expect((await lathe(['jobs', 'cancel', id])).status).toBe(0);
  const watched = await lathe(['jobs', 'watch', id]);
  expect(watched.err).toContain(`The job ${id} was cancelled.`);
  expect(watched.status).toBe(5);
});

it('paints in a terminal alone', async () => {
  const shown = await inTerminal('logs ftjob-nothing', []);
  expect(shown).toContain('\u001b[31mlathe:\u001b[0m');
});

it('looks at data, converts it, exports and embeds', async () => {
  const inspected = await lathe(['data', 'inspect', rows]);
  expect(inspected.out).toContain('48 read, 48 right');
  const faq = path.join(platform.folder, 'faq.md');
  await writeFile(
    faq,
    '# Help\n\n## How do I return a parcel?\n\nPrint the label on your order page and hand it in.\n',
  );
  const made = path.join(platform.folder, 'faq.jsonl');
  expect(await lathe(['data', 'convert', faq, '--source', 'faq', '--out', made])).toMatchObject({
    status: 0,
  });
  const estimate = await lathe(['tune', rows, '--estimate', '--model', 'lathe-tiny', '--json']);
  expect(parsed(estimate.out)[0]).toMatchObject({ object: 'lathe.estimate', model: 'lathe-tiny' });
  const [model] = parsed((await lathe(['models', 'list', '--json'])).out).filter(({ id }) =>
    String(id).startsWith('ft:'),
  );
  const folder = path.join(platform.folder, 'exported');
  expect((await lathe(['models', 'export', String(model?.id), '--out', folder])).out).toContain(
    'a PEFT adapter',
  );
  const vector = JSON.parse(
    (await lathe(['embed', '-m', 'lathe-tiny-encoder', 'a text'])).out,
  ) as number[];
  expect(vector.length).toBeGreaterThan(8);
});

it('runs an eval of a file and shows its results', async () => {
  const file = path.join(platform.folder, 'eval.json');
  const criterion = {
    type: 'string_check',
    name: 'says it',
    operation: 'ilike',
    input: '{{ sample.output_text }}',
    reference: '{{ item.queue }}',
  };
  const item_schema = {
    type: 'object',
    properties: { text: { type: 'string' }, queue: { type: 'string' } },
  };
  const config = { type: 'custom', item_schema, include_sample_schema: true };
  await writeFile(
    file,
    JSON.stringify({ name: 'queues', data_source_config: config, testing_criteria: [criterion] }),
  );
  const items = path.join(platform.folder, 'items.jsonl');
  await writeFile(
    items,
    JSON.stringify({ item: { text: 'Where is my parcel?', queue: 'no such queue' } }),
  );
  const [made] = parsed((await lathe(['eval', 'create', file, '--json'])).out);
  const run = await lathe([
    'eval',
    'run',
    String(made?.id),
    '-m',
    'lathe-tiny',
    '--rows',
    items,
    '--prompt',
    '{{ item.text }}',
  ]);
  expect(run.out).toContain('0 of 1 rows passed');
  const results = await lathe(['eval', 'results', String(made?.id)]);
  expect(results.out).toContain('row 1: says it');
});

it('says in one sentence what is wrong, with a status for each kind', async () => {
  const of = async (words: string, env = {}) => {
    const { status, out, err } = await lathe(words.split(' '), { env });
    expect(out).toBe('');
    expect(err.trim().split('\n')).toHaveLength(1);
    return { status, err };
  };
  expect(await of('jobs show ftjob-1')).toMatchObject({
    status: 1,
    err: expect.stringContaining('No fine-tuning job "ftjob-1" exists.'),
  });
  expect(await of('jobs list --limit many')).toMatchObject({ status: 2 });
  expect(await of('tune nowhere.jsonl')).toMatchObject({
    status: 1,
    err: expect.stringContaining('nowhere.jsonl is not there'),
  });
  expect(await of('models list', { LATHE_URL: 'http://127.0.0.1:1' })).toMatchObject({ status: 3 });
  expect(await of('models list', { LATHE_API_KEY: 'sk-wrong-0123456789' })).toMatchObject({
    status: 4,
  });
  const { err } = await of('jobs show ftjob-1 --json');
  expect(JSON.parse(err)).toMatchObject({ error: { code: 'not_found' } });
});

it('keeps a key as a profile, and finds all well', async () => {
  const own = { LATHE_URL: '', LATHE_API_KEY: '' };
  const wrong = await lathe(['keys', 'add', 'own', '--url', platform.url], {
    env: own,
    input: 'sk-wrong-0123456789',
  });
  expect(wrong.status).toBe(4);
  await lathe(['keys', 'add', 'own', '--url', platform.url], { env: own, input: platform.apiKey });
  expect((await lathe(['keys', 'list'], { env: own })).out).toMatch(/\*\s+own/);
  const { status, out } = await lathe(['doctor', '--remote'], { env: own });
  expect(out).toContain('every part is well');
  expect(out).toMatch(/✓ devices .*cpu/);
  expect(status).toBe(0);
});
