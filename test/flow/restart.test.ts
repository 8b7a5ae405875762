/** What survives: the platform's own restart, and the death of the process that holds the models. */
import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { readConfig } from '@lathe/platform/config';
import { tempFolder } from '@lathe/testkit/temp-folder';
import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { type Platform, startPlatform } from '../../scripts/platform.ts';

const clientOf = ({ url, apiKey }: Platform) =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });

/** The evaluator's engine process: the child of the evaluator that runs it. */
function enginePid(platform: Platform): number {
  const parent = String(platform.pids().get('evaluator'));
  const own = execFileSync('pgrep', ['-P', parent, '-f', 'evaluator/src/engine/engine-child']);
  return Number(own.toString().trim().split('\n')[0]);
}

it('answers as the tuned model after a restart and after its engine process was killed', async () => {
  await using folder = await tempFolder();
  const quiet = { LATHE_PORT: '0', LATHE_LOG_LEVEL: 'fatal', LATHE_DATA: folder.path };
  const first = await startPlatform(readConfig(quiet));
  let model: string | null = null;
  try {
    const client = clientOf(first);
    const file = await client.files.create({
      file: createReadStream('examples/support-routing.jsonl'),
      purpose: 'fine-tune',
    });
    const { id } = await client.fineTuning.jobs.create({
      model: 'lathe-tiny',
      training_file: file.id,
      hyperparameters: { n_epochs: 1 },
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
    const ask = async (name: string, tokens: number) => {
      const answer = await client.chat.completions.create({
        model: name,
        messages: [{ role: 'user', content: 'I forgot my password.' }],
        max_tokens: tokens,
        temperature: 0,
        // The end tokens are ruled out where a long answer is wanted.
        ...(tokens > 100 ? { logit_bias: { 0: -100, 1: -100, 2: -100, 3: -100 } } : {}),
      });
      return answer.choices[0]?.message.content;
    };
    const before = await ask(model as string, 4);
    const doomed = ask('lathe-tiny', 800).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 100));
    process.kill(enginePid(second), 'SIGKILL');
    expect(await doomed).toMatchObject({ status: 503 });
    expect(await ask(model as string, 4)).toBe(before);
  } finally {
    await second.stop();
  }
});
