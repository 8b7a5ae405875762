import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeShard } from '@lathe/contracts/artifact/shard';
import type { LatheOptions } from '@lathe/contracts/http/fine-tuning';
import { fromHttp, type HttpForm } from '@lathe/recipe/http-form';
import type { RecipeInput } from '@lathe/recipe/recipe';
import { localRows } from '@lathe/testkit/local-rows';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startIngest } from './ingest.fixture.ts';

const models = join(import.meta.dirname, '../../../../models');
let service: Awaited<ReturnType<typeof startIngest>>;
let folder: Awaited<ReturnType<typeof tempFolder>>;
beforeAll(async () => {
  [service, folder] = await Promise.all([startIngest(), tempFolder()]);
  await service.addFolder(join(models, 'lathe-tiny'), { maxPositions: 1024 });
  await service.addFolder(join(models, 'lathe-tiny-encoder'), { architecture: 'encoder' });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const ask = (content: string) => [{ role: 'user', content }];
const say = (content: string) => [{ role: 'assistant', content }];
const words = ['red', 'blue', 'green', 'grey'];
const long = 'The red cat sat on a blue mat. '.repeat(30);
const chats = [
  { messages: [...ask('What?'), ...say('This.'), ...ask('And?'), ...say('That.')] },
  { messages: [{ role: 'system', content: 'Be short.' }, ...ask('Who?'), ...say('<|im_end|>')] },
];
const completions = words.map((word) => ({ prompt: 'I see', completion: ` ${word}` }));
const pairs = [
  {
    input: { messages: [...ask('a'), ...say('b'), ...ask('Say red')] },
    preferred_output: say('red'),
    non_preferred_output: say('no'),
  },
];
const chosen = words.map((word) => ({ prompt: `Say ${word}`, chosen: word, rejected: 'no' }));
const judged = words.map((word, at) => ({
  input: { messages: ask(`say ${word}`) },
  output: say(word),
  label: at % 2 === 0,
}));
const texts = [{ text: long }, { text: 'Short.' }];
const labelled = words.map((text, at) => ({ text, label: [10, 9, true, 'x'][at] }));
const paired = words.map((word, at) => ({ premise: word, hypothesis: 'no', label: at % 2 }));
const several = words.map((text, at) => ({ text, labels: words.slice(0, 1 + (at % 3)) }));
const scored = words.map((text, at) => ({ text, score: at / 4 }));
const numbers = words.map((text, at) => ({ text, label: [at, at / 3] }));
const tagged = [
  { tokens: ['Anna', 'lives', 'in', 'Graz'], ner_tags: ['B-PER', 'O', 'O', 'B-LOC'] },
  {
    tokens: long.trim().split(' '),
    tags: long
      .trim()
      .split(' ')
      .map(() => 'O'),
  },
];
const spans = [{ text: '😀 Anna B. is here', spans: [{ start: 2, end: 9, label: 'PER' }] }];
const questions = [
  {
    question: 'Who lives in Graz?',
    context: `😀 ${long} Anna lives in Graz.`,
    answers: { text: ['Anna'], answer_start: [2 + long.length + 1] },
  },
  { question: 'Who left?', context: 'Anna came.', answers: { text: [], answer_start: [] } },
];
const related = [
  { anchor: 'How?', positive: 'So.', negative: 'Here.' },
  { query: 'Where?', positive: 'There.', negatives: ['Now.', 'Then.'] },
];
const alike = words.map((word, at) => ({ sentence1: word, sentence2: 'no', score: at / 4 }));
const rated = alike.map((pair) => ({ ...pair, score: pair.score * 5 }));

type Case = readonly [name: string, options: LatheOptions, rows: readonly object[]];
const decoder: readonly Case[] = [
  ['chats', {}, chats],
  ['completions', {}, completions],
  ['texts', { max_tokens: 50 }, texts],
  ['long texts', {}, [{ text: long.repeat(6) }]],
  ['labels to write', {}, labelled],
  ['pairs', { preference: { loss: 'ipo' } }, pairs],
  ['chosen answers', { preference: {} }, chosen],
  ['judged answers', { preference: { loss: 'kto' } }, judged],
  ['reward', { task: { type: 'reward' } }, pairs],
  ['scored texts', { task: { type: 'reward' } }, scored],
  ['classification', { task: { type: 'classification' } }, labelled],
  ['tags', { task: { type: 'token-classification' }, max_tokens: 60 }, tagged],
  ['embedding', {}, related],
];
const encoder: readonly Case[] = [
  ['pairs of texts', {}, paired],
  ['labels', {}, labelled],
  ['several labels', { task: { type: 'classification', labels: words } }, several],
  ['scores', {}, scored],
  ['numbers', {}, numbers],
  ['tags', { max_tokens: 60 }, tagged],
  ['spans', {}, spans],
  ['questions', { max_tokens: 100 }, questions],
  ['embedding', {}, related],
  ['scored pairs', {}, alike],
  ['pairs with scores of 0 to 5', {}, rated],
  ['masked-lm', { max_tokens: 50 }, texts],
  ['reward', {}, chosen],
];
const cases = [
  ...decoder.map((each) => ['lathe-tiny', ...each] as const),
  ...encoder.map((each) => ['lathe-tiny-encoder', ...each] as const),
];

it.each(cases)('%s, %s: rows are the bytes that the local command trains on', async (...one) => {
  const [model, name, options, rows] = one;
  const text = rows.map((row) => JSON.stringify(row)).join('\n');
  const method = options.preference === undefined ? 'supervised' : 'dpo';
  const job = await service.run(text, { model, method, options });
  expect(job.error).toBeNull();
  const { manifest, examples } = await service.dataset(job);
  const file = join(folder.path, `${model} ${name}.jsonl`);
  await writeFile(file, text);
  const recipe = fromHttp<RecipeInput>(options as HttpForm<RecipeInput>);
  const local = await localRows(service.folderOf(model), { file, recipe });
  const shard = Buffer.from(encodeShard(local.rows));
  expect(shard.equals(encodeShard(await examples(manifest.train)))).toBe(true);
  const isWritten = ['generation', 'preference'].includes(local.task.type);
  expect(job.settings?.task).toEqual(isWritten ? undefined : local.task);
});
