/** What survives: the platform's own restart, and the death of the process that holds the models. */
import { execFileSync } from 'node:child_process';
import { readConfig } from '@lathe/platform/config';
import { tempFolder } from '@lathe/testkit/temp-folder';
import OpenAI, { toFile } from 'openai';
import { expect, it } from 'vitest';
import { type Platform, startPlatform } from '../../scripts/platform.ts';
import { supportLines } from './platform.fixture.ts';

const clientOf = ({ url, apiKey }: Platform) =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });

/** The evaluator's engine process: the child of the evaluator that runs it. */
function enginePid(platform: Platform): number {
  const parent = String(platform.pids().get('evaluator'));
  const own = execFileSync('pgrep', ['-P', parent, '-f', 'evaluator/src/engine/engine-child']);
  return Number(own.toString().trim().split('\n')[0]);
}

const question = {
  messages: [{ role: 'user' as const, content: 'I forgot my password.' }],
  max_tokens: 4,
  temperature: 0,
};

/** How a long answer fails whose engine is killed at its first word; undefined when it was whole by then. */
async function killedUnderWay(client: OpenAI, pid: () => number): Promise<unknown> {
  // The end tokens are ruled out.
  const logit_bias = { 0: -100, 1: -100, 2: -100, 3: -100 };
  const long = { ...question, model: 'lathe-tiny', max_tokens: 800, logit_bias };
  try {
    let isKilled = false;
    for await (const { choices } of await client.chat.completions.create({ ...long, stream: true }))
      if (!isKilled && choices[0]?.delta.content) isKilled = process.kill(pid(), 'SIGKILL');
  } catch (error) {
    return error;
  }
}

it('answers as the tuned model after a restart and after its engine process was killed', async () => {
  await using folder = await tempFolder();
  const quiet = { LATHE_PORT: '0', LATHE_LOG_LEVEL: 'fatal', LATHE_DATA: folder.path };
  const first = await startPlatform(readConfig(quiet));
  let model: string | null = null;
  try {
    const client = clientOf(first);
    const file = await client.files.create({
      file: await toFile(Buffer.from((await supportLines(48)).join('\n')), 'rows.jsonl'),
      purpose: 'fine-tune',
    });
    const { id } = await client.fineTuning.jobs.create({
      model: 'lathe-tiny',
      training_file: file.id,
      hyperparameters: { n_epochs: 1 },
      ...{ lathe: { evaluation_rows: 4, few_shot_examples: 0, forgetting_questions: 0 } },
    });
    const job = () => client.fineTuning.jobs.retrieve(id);
    await expect.poll(async () => (await job()).status, { interval: 200 }).toBe('succeeded');
    model = (await job()).fine_tuned_model;
  } finally {
    await first.stop();
  }

  const second = await startPlatform(readConfig(quiet));
  try {
    const client = clientOf(second);
    const ask = async (name: string) => {
      const answer = await client.chat.completions.create({ ...question, model: name });
      return answer.choices[0]?.message.content;
    };
    const before = await ask(model as string);
    // An answer that was whole before its engine was gone says nothing: the next one is asked then.
    let failure: unknown;
    while (failure === undefined) failure = await killedUnderWay(client, () => enginePid(second));
    expect(failure).toMatchObject({ code: 'unavailable' });
    expect(await ask(model as string)).toBe(before);
  } finally {
    await second.stop();
  }
});
