import type { JobStart } from '@lathe/contracts/job/record';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chatLines, startIngest } from '../integration/ingest.fixture.ts';
import { resolveSettings } from './defaults.ts';

let service: Awaited<ReturnType<typeof startIngest>>;

beforeAll(async () => {
  service = await startIngest();
});
afterAll(() => service[Symbol.asyncDispose]());

it('turns the text that a prompt starts as into tokens of the model', async () => {
  const adaptation = { type: 'prompt-tuning', text: 'queue' } as const;
  const { settings } = await service.run(chatLines(40), { options: { adaptation } });
  expect(settings?.adaptation).toMatchObject({
    type: 'prompt-tuning',
    tokens: 20,
    initial: 'text',
  });
  expect(settings?.adaptation).not.toHaveProperty('text');
  const { initial_tokens: tokens } = Object(settings?.adaptation) as { initial_tokens: number[] };
  expect(tokens.length).toBeGreaterThan(0);
});

it('counts virtual tokens among those that a row may have', async () => {
  const adaptation = { type: 'prefix-tuning', tokens: 1024 } as const;
  const whole = await service.run(chatLines(40), { options: { adaptation } });
  expect(whole).toMatchObject({
    state: 'failed',
    error: { code: 'invalid_value', param: 'lathe.adaptation.tokens' },
  });
  expect(whole.error?.message).toMatch(/1024 virtual tokens leave no room in the \d+ tokens/);
  const room = Number(/the (\d+) tokens/.exec(whole.error?.message ?? '')?.[1]) - 8;
  const options = { adaptation: { ...adaptation, tokens: 8 }, max_tokens: room + 1 };
  const long = await service.run(chatLines(40), { options });
  expect(long.error?.message).toContain(`at most ${room} tokens beside 8 virtual ones`);
  const fits = await service.run(chatLines(40), { options: { ...options, max_tokens: room } });
  expect(fits.error).toBeNull();
});

it('goes on with the number of virtual tokens that the model has', () => {
  const start: JobStart = {
    base: 'tiny',
    kind: 'adapter',
    manifestKey: 'x',
    adaptation: { type: 'prompt-tuning', tokens: 8 },
  };
  const facts = { rows: 100, tokens: 1000, parameters: 1e6 };
  const asked = (adaptation?: { type: 'prompt-tuning' }) =>
    resolveSettings(facts, { hyperparameters: {}, options: { adaptation }, start }).adaptation;
  const expected = { type: 'prompt-tuning', tokens: 8, initial: 'vocabulary' };
  expect(asked()).toEqual(expected);
  expect(asked({ type: 'prompt-tuning' })).toEqual(expected);
});
