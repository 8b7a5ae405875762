/** Prompts that are gone on from and told with their log-probabilities, on the whole platform, through the unmodified `openai` client. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadTokenizer } from '@lathe/tokenizer/tokenizer';
import OpenAI from 'openai';
import { beforeAll, expect, it } from 'vitest';
import { joinPlatform, type SharedPlatform } from './shared-platform.fixture.ts';

/** Recorded by bench/reference/completions.py. */
type Case = {
  text: string;
  tokens: number[];
  logprobs: (number | null)[];
  best: (number | null)[];
  next: number;
};

const model = 'lathe-tiny';
/** Its tokens that end a text. */
const ends = [0, 3];
const cases: Case[] = JSON.parse(
  await readFile(join(import.meta.dirname, 'fixtures/completions.json'), 'utf8'),
);
const [first, second, third] = cases as [Case, Case, Case];

let platform: SharedPlatform;
let client: OpenAI;

beforeAll(async () => {
  platform = await joinPlatform();
  client = platform.client;
});

it('tells prompts with the log-probabilities that PyTorch gives them, as lm-evaluation-harness asks', async () => {
  for (const max_tokens of [0, 1]) {
    const answer = await client.completions.create({
      model,
      prompt: cases.map(({ tokens }) => tokens),
      ...{ max_tokens, temperature: 0, logprobs: 1, echo: true, seed: 1234 },
    });
    expect(answer.object).toBe('text_completion');
    expect(answer.choices.map(({ index }) => index)).toEqual([...cases.keys()]);
    for (const [at, { text, logprobs, finish_reason: reason }] of answer.choices.entries()) {
      const wanted = cases[at] as Case;
      const told = logprobs?.token_logprobs as (number | null)[];
      expect(told).toHaveLength(wanted.tokens.length + max_tokens);
      expect(told[0]).toBeNull();
      const best = logprobs?.top_logprobs as ({ [token: string]: number } | null)[];
      expect(best[0]).toBeNull();
      for (let place = 1; place < wanted.tokens.length; place++) {
        expect(told[place]).toBeCloseTo(wanted.logprobs[place] as number, 4);
        const highest = Math.max(...Object.values(best[place] ?? {}));
        expect(highest).toBeCloseTo(wanted.best[place] as number, 4);
      }
      expect(text.startsWith(wanted.text)).toBe(true);
      if (max_tokens === 0) expect(text).toBe(wanted.text);
      expect(reason).toBe(max_tokens === 1 && ends.includes(wanted.next) ? 'stop' : 'length');
      const offsets = logprobs?.text_offset as number[];
      expect(offsets[0]).toBe(0);
      expect(offsets.toSorted((a, b) => a - b)).toEqual(offsets);
      expect(offsets.at(-1)).toBeLessThanOrEqual(text.length);
    }
    const prompts = cases.reduce((sum, { tokens }) => sum + tokens.length, 0);
    const completion = max_tokens * cases.filter(({ next }) => !ends.includes(next)).length;
    expect(answer.usage).toEqual({
      prompt_tokens: prompts,
      completion_tokens: completion,
      total_tokens: prompts + completion,
      // Each of their tokens is told, so each is read.
      prompt_tokens_details: { cached_tokens: 0 },
    });
  }
});

it('goes on from a text as from its tokens, and stops where it is told', async () => {
  const tokenizer = await loadTokenizer(join(import.meta.dirname, '../../models/lathe-tiny'));
  const prompt = (cases[3] as Case).text;
  const ask = async (extra: object) =>
    (await client.completions.create({ model, prompt, temperature: 0, ...extra })).choices[0];
  const long = await ask({ max_tokens: 12 });
  expect(long?.text).not.toBe('');
  expect(await ask({ max_tokens: 12, prompt: tokenizer.encode(prompt) })).toEqual(long);
  const one = await ask({ max_tokens: 1, stop: null });
  const next = cases[3]?.next ?? expect.fail('no case');
  expect(one?.text).toBe(tokenizer.decode([next]));
  const letter = (long?.text ?? '').trim().charAt(3);
  const stopped = await ask({ max_tokens: 12, stop: letter });
  expect(stopped).toMatchObject({ finish_reason: 'stop', logprobs: null });
  expect(long?.text.startsWith(stopped?.text ?? '-')).toBe(true);
  expect(stopped?.text).not.toContain(letter);
  const banned = await ask({ max_tokens: 1, logit_bias: { [next]: -100 } });
  expect(banned?.text).not.toBe(one?.text);
});

it('gives several answers to several prompts, the same to the same seed, whole and in pieces', async () => {
  const request = {
    ...{ model, prompt: [first.text, third.text], n: 2, seed: 5, temperature: 1.2 },
    ...{ max_tokens: 6, echo: true, logprobs: 2 },
  };
  const whole = await client.completions.create(request);
  expect(whole.choices.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
  expect(whole.choices[0]?.text).not.toBe(whole.choices[1]?.text);
  expect(whole.choices[3]?.text.startsWith(third.text)).toBe(true);
  const texts = ['', '', '', ''];
  const counts = [0, 0, 0, 0];
  const reasons: unknown[] = [];
  let usage: unknown;
  const stream_options = { include_usage: true };
  const stream = await client.completions.create({ ...request, stream: true, stream_options });
  for await (const chunk of stream) {
    usage = chunk.usage ?? usage;
    for (const { index, text, logprobs, finish_reason: reason } of chunk.choices) {
      texts[index] += text;
      counts[index] = (counts[index] ?? 0) + (logprobs?.tokens?.length ?? 0);
      if (reason !== null) reasons[index] = reason;
    }
  }
  expect(texts).toEqual(whole.choices.map(({ text }) => text));
  expect(counts).toEqual(whole.choices.map(({ logprobs }) => logprobs?.tokens?.length));
  expect(reasons).toEqual(whole.choices.map(({ finish_reason: reason }) => reason));
  expect(usage).toEqual(whole.usage);
});

it.each([
  [{ max_tokens: 0 }, "'max_tokens': 0 needs 'echo'"],
  [{ prompt: [] }, "'prompt': it is empty"],
  [{ prompt: [[1], [-1]] }, "'prompt[1][0]': expected a token id"],
  [{ prompt: [[1], [1_000_000]] }, "'prompt[1]': there is no token 1000000"],
  [{ max_tokens: 1_000_000 }, 'maximum context length'],
  [{ best_of: 3 }, "'best_of'"],
  [{ suffix: 'x' }, "'suffix'"],
  [{ stream_options: { include_usage: true } }, "'stream_options' needs 'stream'"],
  [{ model: 'nothing' }, "'nothing' does not exist"],
])('refuses %j by name', async (change, message) => {
  const body = { model, prompt: second.text, max_tokens: 4, ...change };
  const refused = await client.completions.create(body).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(OpenAI.APIError);
  expect((refused as Error).message).toContain(message);
});
