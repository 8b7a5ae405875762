/** The command `lathe` as its users start it, on a real platform: from a file to the verdict and a conversation. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { patienceMs } from '@lathe/testkit/patience';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CommandLine, gatewayOf, openCommandLine } from './command-line.fixture.ts';
import { supportLines } from './platform.fixture.ts';

let terminal: CommandLine;
let lathe: CommandLine['lathe'];
let rows: string;

beforeAll(async () => {
  terminal = await openCommandLine();
  lathe = terminal.lathe;
  rows = path.join(terminal.folder, 'rows.jsonl');
  await writeFile(rows, (await supportLines(48)).join('\n'));
}, 2 * patienceMs);
afterAll(() => terminal[Symbol.asyncDispose]());

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
  const shown = await terminal.inTerminal('chat --temperature 0', {
    typed: [question, '/help', '/exit'],
  });
  expect(shown).toContain('system prompt of its rows: Which queue of our web shop');
  expect(shown).toContain(asked.out.trim());
  expect(shown).toContain('forgets what was said');
});

it('leaves a job running when watching it is interrupted, and cancels it when it is told to', {
  timeout: 3 * patienceMs,
}, async () => {
  const words = ['tune', rows, '--model', 'lathe-tiny', '--watch', '--epochs', '50'];
  const { status, err } = await lathe(words, {
    when: ['Training started', (pid) => process.kill(-pid, 'SIGINT')],
  });
  const id = /ftjob-\w+/.exec(err)?.[0] ?? expect.fail(err);
  expect(status).toBe(130);
  expect(err).toContain(`the job ${id} goes on`);
  expect(parsed((await lathe(['jobs', 'show', id, '--json'])).out)[0]?.status).toBe('running');
  expect((await lathe(['jobs', 'cancel', id])).status).toBe(0);
  const watched = await lathe(['jobs', 'watch', id]);
  expect(watched.err).toContain(`The job ${id} was cancelled.`);
  expect(watched.status).toBe(5);
});

it('goes on watching when the gateway is killed and back, and ends quietly when nobody reads on', {
  timeout: 3 * patienceMs,
}, async () => {
  const gateway = await gatewayOf(terminal.data);
  const watched = await lathe(
    ['tune', rows, '--model', 'lathe-tiny', '--watch', '--epochs', '3', '--json'],
    { when: ['"metrics"', () => process.kill(gateway, 'SIGKILL')] },
  );
  expect(watched).toMatchObject({ status: 0 });
  const told = parsed(watched.out);
  expect(told.at(-1)).toMatchObject({ object: 'fine_tuning.job', status: 'succeeded' });
  const ids = told.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const cut = await lathe(['logs', '--json'], { readsBytes: 1 });
  expect(cut).toMatchObject({ status: 0, err: '' });
});

it('paints in a terminal alone', async () => {
  const shown = await terminal.inTerminal('logs ftjob-nothing');
  expect(shown).toContain('\u001b[31mlathe:\u001b[0m');
});

it('looks at data, converts it, exports and embeds', async () => {
  const inspected = await lathe(['data', 'inspect', rows]);
  expect(inspected.out).toContain('48 read, 48 right');
  const faq = path.join(terminal.folder, 'faq.md');
  await writeFile(
    faq,
    '# Help\n\n## How do I return a parcel?\n\nPrint the label on your order page and hand it in.\n',
  );
  const made = path.join(terminal.folder, 'faq.jsonl');
  expect(await lathe(['data', 'convert', faq, '--source', 'faq', '--out', made])).toMatchObject({
    status: 0,
  });
  const estimate = await lathe(['tune', rows, '--dry-run', '--model', 'lathe-tiny', '--json']);
  expect(parsed(estimate.out)[0]).toMatchObject({ object: 'lathe.estimate', model: 'lathe-tiny' });
  const [model] = parsed((await lathe(['models', 'list', '--json'])).out).filter(({ id }) =>
    String(id).startsWith('ft:'),
  );
  const folder = path.join(terminal.folder, 'exported');
  expect((await lathe(['models', 'export', String(model?.id), '--out', folder])).out).toContain(
    'a PEFT adapter',
  );
  const vector = JSON.parse(
    (await lathe(['embed', '-m', 'lathe-tiny-encoder', 'a text'])).out,
  ) as number[];
  expect(vector.length).toBeGreaterThan(8);
});

it('runs an eval of a file and shows its results', async () => {
  const file = path.join(terminal.folder, 'eval.json');
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
  const items = path.join(terminal.folder, 'items.jsonl');
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
  expect(
    await of('models list', {
      LATHE_URL: 'http://127.0.0.1:1',
      LATHE_API_KEY: 'sk-0123456789abcdef',
    }),
  ).toMatchObject({ status: 3 });
  expect(await of('models list', { LATHE_API_KEY: 'sk-wrong-0123456789' })).toMatchObject({
    status: 4,
  });
  const wrong = (env: object) => of('models list', { LATHE_API_KEY: 'sk-0123456789', ...env });
  expect(await wrong({ LATHE_URL: 'lab:8080' })).toMatchObject({ status: 2 });
  expect((await wrong({ LATHE_URL: 'http://me:secret@lab' })).err).not.toContain('secret');
  expect(await wrong({ LATHE_API_KEY: 'schlüssel' })).toMatchObject({ status: 2 });
  expect(await wrong({ LATHE_URL: `${terminal.url}/ui` })).toMatchObject({
    status: 1,
    err: expect.stringContaining('is no Lathe'),
  });
  expect(await of(`tune ${terminal.folder}`)).toMatchObject({
    status: 1,
    err: expect.stringContaining('is a folder'),
  });
  const { err } = await of('jobs show ftjob-1 --json');
  expect(JSON.parse(err)).toMatchObject({ error: { code: 'not_found' } });
});

it('finds what lathe up started on a free port: the doctor, a second start, and without a profile, too', async () => {
  const doctor = await lathe(['doctor']);
  expect(doctor.out).toContain(`✓ port         ${terminal.url}, of process`);
  expect(doctor.out).toContain(
    `✓ Lathe        ${terminal.url}, from the profile local; every part`,
  );
  expect(doctor.out).toMatch(/✓ devices .*cpu/);
  expect(doctor.status).toBe(0);
  const env = { LATHE_DATA: terminal.data };
  expect((await lathe(['up'], { env })).out).toContain(`Lathe runs already at ${terminal.url}.`);
  const bare = { ...env, XDG_CONFIG_HOME: path.join(terminal.folder, 'no-profiles') };
  expect((await lathe(['models', 'list'], { env: bare })).out).toContain('lathe-tiny');
});

it('lists the keys of all projects for the operator, and of one that is named', async () => {
  const made = ['keys', 'create', 'first', '--project', 'research', '--json'];
  const [key] = parsed((await lathe(made)).out);
  const all = parsed((await lathe(['keys', 'list', '--json'])).out);
  expect(new Set(all.map(({ project }) => project))).toEqual(new Set(['default', 'research']));
  const one = parsed((await lathe(['keys', 'list', '--project', 'research', '--json'])).out);
  expect(one.map(({ id }) => id)).toEqual([key?.id]);
  expect((await lathe(['keys', 'list'])).out).toMatch(/first\s+research\s+member/);
  expect((await lathe(['keys', 'revoke', String(key?.id)])).out).toContain('is revoked');
});

it('makes a key, keeps it as a profile, and revokes it', async () => {
  const made = await lathe(['keys', 'create', 'Ada, laptop']);
  const words = ['profiles', 'add', 'ada', '--url', terminal.url];
  expect((await lathe(words, { input: 'sk-wrong-0123456789' })).status).toBe(4);
  expect((await lathe(words, { input: made.out })).status).toBe(0);
  expect((await lathe(['profiles', 'list'])).out).toMatch(/\*\s+ada/);
  expect((await lathe(['keys', 'list'])).status).toBe(1);
  const keys = await lathe(['keys', 'list', '--profile', 'local']);
  const id = /(\S+)\s+Ada, laptop\s+default\s+member/.exec(keys.out)?.[1] ?? expect.fail(keys.out);
  expect((await lathe(['keys', 'revoke', id, '--profile', 'local'])).status).toBe(0);
  expect((await lathe(['jobs', 'list'])).status).toBe(4);
});

it('says what it waits for while Lathe ends, and ends what does not', async () => {
  const platform = Number(await readFile(path.join(terminal.data, 'lock'), 'utf8'));
  process.kill(platform, 'SIGSTOP');
  const env = { LATHE_SHUTDOWN_GRACE: '100ms' };
  const { out, err, status } = await lathe(['down', '--profile', 'local'], { env });
  expect(err).toMatch(/^Ending Lathe: waits for the .*platform\.$/m);
  expect(out).toMatch(/^Lathe has ended; ended by force, since it took too long: .*platform\.$/m);
  expect(status).toBe(0);
  const again = await lathe(['down', '--profile', 'local']);
  expect(again.out).toContain('No Lathe runs on');
});
