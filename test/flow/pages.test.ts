/** The programs of pages that a user who leaves OpenAI reads, as they stand there: the blocks of a page are one program. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { joinPlatform, type SharedPlatform } from './shared-platform.fixture.ts';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);
let platform: SharedPlatform;
let folder: Awaited<ReturnType<typeof tempFolder>>;

beforeAll(async () => {
  folder = await tempFolder();
  platform = await joinPlatform();
  await symlink(join(root, 'node_modules'), join(folder.path, 'node_modules'));
  await writeFile(join(folder.path, 'package.json'), '{"type": "module"}');
  // Programs read what lies in the clone that they are to stand in.
  await mkdir(join(folder.path, 'test'));
  for (const part of ['examples', 'test/promptfoo'])
    await symlink(join(root, part), join(folder.path, part));
});
afterAll(() => folder[Symbol.asyncDispose]());

/** The blocks of a language, joined. */
function blocks(page: string, language: string): string {
  const text = readFileSync(join(root, 'docs', `${page}.md`), 'utf8');
  const found = text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'));
  return Array.from(found, ([, block]) => block).join('');
}

it.each<[page: string, says: RegExp, beside?: [name: string, content: string]]>([
  [
    'evals',
    /^completed \{ total: 2, .*errored: 0 \} http\S+report\.html$[\s\S]*outcome: 'changed'[\s\S]*^evalrun_\S+ http\S+report\.html$/m,
  ],
  ['graders', /^1 \{/],
  [
    'batches',
    /^completed \{ total: 1, completed: 1, failed: 0 \}$[\s\S]*"custom_id":"1"/m,
    ['requests.jsonl', blocks('batches', 'json')],
  ],
  ['stored-completions', /^chatcmpl-\S+\nfile-\S+ fine-tune$/m],
  // Asked without chance, so that it is one line each time; then a whole job.
  ['migrate-from-openai', /^\S.*\nsucceeded ft:lathe-tiny:\S+:desk:\S+ undefined\n$/],
  ['reinforcement', /^ftjob-\S+\n$/],
])('%s', async (page, says, beside) => {
  const cwd = folder.path;
  const program = blocks(page, 'ts').replaceAll('http://127.0.0.1:8080', platform.url);
  await writeFile(join(cwd, `${page}.ts`), program);
  if (beside !== undefined) await writeFile(join(cwd, beside[0]), beside[1]);
  const tsc = join(root, 'node_modules/.bin/tsc');
  const strict = ['--strict', '--module', 'nodenext', '--target', 'esnext', '--types', 'node'];
  await run(tsc, [...strict, '--noEmit', '--skipLibCheck', `${page}.ts`], { cwd });
  const env = { ...process.env, LATHE_API_KEY: platform.apiKey };
  const { stdout } = await run(process.execPath, [`${page}.ts`], { cwd, env });
  expect(stdout).toMatch(says);
  // A job that nobody waits for would take the machine from what follows.
  if (stdout.startsWith('ftjob-')) await platform.client.fineTuning.jobs.cancel(stdout.trim());
});

it('a judge of pairs is valid as it stands', async () => {
  const grader = JSON.parse(blocks('graders', 'json'));
  expect(await platform.client.fineTuning.alpha.graders.validate({ grader })).toMatchObject({
    grader,
  });
});
