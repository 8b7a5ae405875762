import { afterAll, expect, it } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { chatRow } from '../integration/records.fixture.ts';
import type { ServedModel } from '../models/models.ts';
import { type AnsweredRow, type HeldOutRow, toQuestion } from '../texts/held-out.ts';
import { openTinyKit } from '../texts/tiny-kit.fixture.ts';
import { chosenFewShot } from './choose-shots.ts';

const tiny = await openTinyKit();
afterAll(() => tiny[Symbol.asyncDispose]());
const { folder, texts, kit, facts } = tiny;

const { signal } = new AbortController();
const things = ['apple', 'brick', 'cloud', 'drum'];
const train = Array.from({ length: 80 }, (_, at) =>
  chatRow(at + 1, `a ${things[at % 4]}`, `kind ${at}`),
);
const rows = things.map((thing, at): HeldOutRow => {
  const row = chatRow(100 + at, `a ${thing}`, 'kind');
  return { ...toQuestion(row), row, examples: [] };
});

/** Chooses where an example is as likely as `of` says of its text. */
async function chosen(
  of: (text: string) => number,
  {
    asked,
    known = train,
    room = 512,
  }: { asked?: number; known?: AnsweredRow[]; room?: number } = {},
) {
  let calls = 0;
  const engine = {
    score: async (_: unknown, examples: Parameters<Engine['score']>[1]) => {
      calls++;
      const told = examples.map(({ tokens }) => of(kit.tokenizer.decode(tokens)));
      return { loss: 1, supervisedTokens: 1, logProbabilities: told };
    },
  } as unknown as Engine;
  const model: ServedModel = {
    ...{ name: 'tiny', style: 'chat', facts, task: { type: 'generation' }, texts: folder },
    engine: { folder: folder, adapter: null, maxContext: room },
    room,
  };
  const limits = { answerSlack: 2, answerMost: 20 };
  const settings = { seed: 1, asked, most: 8, labelsMost: 10 };
  const ports = { texts, limits, project: 'default', signal, engine, settings };
  const entrant = await chosenFewShot(model, { rows, train: known }, ports);
  const prompts = entrant?.tasks.map(({ prompt }) => kit.tokenizer.decode(prompt)) ?? [];
  return { ...entrant, prompts, calls };
}

const turns = (text: string) => text.split('<|user|>').length - 2;
const questionOf = (text: string) => text.split('<|user|>').at(-1)?.slice(0, 7) ?? '';

it('takes the number of examples under which set-aside rows are answered best, asked at once', async () => {
  const found = await chosen((text) => -((turns(text) - 3) ** 2));
  expect(found).toMatchObject({ name: 'few-shot', shots: 3, examples: 'random', calls: 1 });
  expect(
    new Set(found.prompts.map((prompt) => prompt.split('<|user|>').slice(0, -1).join())),
  ).toHaveProperty('size', 1);
  expect(await chosen((text) => -((turns(text) - 5) ** 2), { asked: 2 })).toMatchObject({
    shots: 2,
  });
});

it('takes the nearest examples where those help, the nearest one last', async () => {
  const isNear = (text: string) => text.split(questionOf(text)).length - 1 === turns(text) + 1;
  const found = await chosen((text) => (isNear(text) ? turns(text) : -9));
  expect(found).toMatchObject({ shots: 8, examples: 'nearest', nearHeldOut: 4 });
  for (const prompt of found.prompts) expect(isNear(prompt)).toBe(true);
});

it('goes without trying where there are few rows, and without examples where none fits', async () => {
  const few = await chosen(() => 0, { known: train.slice(0, 3) });
  expect(few).toMatchObject({ shots: 3, calls: 0 });
  expect((await chosen(() => 0, { known: [] })).prompts).toEqual([]);
  expect((await chosen(() => 0, { asked: 0 })).prompts).toEqual([]);
  const tight = await chosen((text) => turns(text), { room: 100 });
  expect(tight.shots).toBeLessThan(4);
});
