import { afterAll, expect, it } from 'vitest';
import { chatRow } from '../integration/records.fixture.ts';
import type { ServedModel } from '../models/models.ts';
import { type AnsweredRow, type HeldOutRow, toQuestion } from '../texts/held-out.ts';
import { openTinyKit } from '../texts/tiny-kit.fixture.ts';
import { retrievalEntrant } from './retrieval.ts';
import { nearnessByWords, shelfOfPassages, shelfOfRows } from './shelf.ts';

const tiny = await openTinyKit();
afterAll(() => tiny[Symbol.asyncDispose]());
const { folder, texts, kit, facts } = tiny;

const { signal } = new AbortController();
const ports = { texts, signal, project: 'default', limits: { answerSlack: 2, answerMost: 20 } };
const modelOf = (room: number, style: ServedModel['style'] = 'chat'): ServedModel => ({
  ...{ name: 'tiny', style, facts, task: { type: 'generation' }, texts: folder, room },
  engine: { folder, adapter: null, maxContext: room },
});
const things = ['apple', 'brick', 'cloud', 'drum'];
const train = things.map((thing, at) => chatRow(at + 1, `a ${thing}`, `kind ${at}`));
const heldOut = (row: AnsweredRow): HeldOutRow => ({ ...toQuestion(row), row, examples: [] });
const rows = [heldOut(chatRow(100, 'the cloud', 'kind 2'))];

const byWords = (known: readonly AnsweredRow[]) => {
  const shelf = shelfOfRows(known);
  return { shelf, nearness: nearnessByWords(shelf) };
};
const looked = (count: number, { room = 512, known = train } = {}) =>
  retrievalEntrant('base + retrieval', modelOf(room), { rows, ...byWords(known), count }, ports);
const asText = (tokens: Iterable<number> = []) => kit.tokenizer.decode([...tokens]);

it('puts the nearest training rows with their answers before the question', async () => {
  const found = await looked(2);
  expect(found).toMatchObject({ name: 'base + retrieval', shots: 2, examples: 'nearest' });
  const prompt = asText(found?.tasks[0]?.prompt);
  expect(prompt.split('<|user|>')).toHaveLength(2);
  expect(prompt).toMatch(
    /Similar questions with their answers:\s+Question: a \w+\s+Answer: kind \d\s+Question: a cloud\s+Answer: kind 2\s+Now the question to answer:\s+the cloud/,
  );
  // Its loss is measured with the same text before it, on the answer alone.
  const [example] = found?.tasks[0]?.examples ?? [];
  expect(asText(example?.tokens)).toContain('Answer: kind 2');
  expect(asText(example?.tokens.filter((_, at) => example.supervised[at]))).toContain('kind 2');
  expect(example?.supervised.filter((each) => each > 0).length).toBeLessThan(12);
});

it('puts them before prompts without a template as well', async () => {
  const row = {
    kind: 'completion' as const,
    line: 9,
    prompt: 'the drum is',
    completion: ' kind 3',
  };
  const found = await retrievalEntrant(
    'tuned + retrieval',
    modelOf(512, 'completion'),
    { rows: [heldOut(row)], ...byWords(train), count: 1 },
    ports,
  );
  expect(asText(found?.tasks[0]?.prompt)).toMatch(/Answer: kind 3\s+Now .*\s+the drum is$/);
});

it('takes as many as fit, and none of nothing', async () => {
  const whole = await looked(4);
  const all = whole?.tasks[0]?.prompt.length ?? 0;
  const fewer = await looked(4, { room: all - 10 });
  expect(asText(fewer?.tasks[0]?.prompt).split('Answer:').length).toBeLessThan(5);
  expect(asText((await looked(4, { room: 40 }))?.tasks[0]?.prompt)).not.toContain('Answer:');
  expect(await looked(0)).toBeNull();
  expect(await looked(3, { known: [] })).toBeNull();
});

it('shows passages of documents as they are, the nearest last, by whatever tells how near they are', async () => {
  const shelf = shelfOfPassages(['Drums are loud.', 'Clouds are wet.', 'Bricks are red.']);
  const found = await retrievalEntrant(
    'base + document vectors',
    modelOf(512),
    { rows, shelf, nearness: () => [0.1, 0.9, 0.5], count: 2 },
    ports,
  );
  expect(found).toMatchObject({ name: 'base + document vectors', shots: 2, nearHeldOut: 0 });
  expect(asText(found?.tasks[0]?.prompt)).toMatch(
    /Passages that may help:\s+Bricks are red\.\s+Clouds are wet\.\s+Now the question to answer:\s+the cloud/,
  );
});
