import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WrittenMetric } from '@lathe/recipe/early-stopping';
import { loadTokenizer } from '@lathe/tokenizer/tokenizer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ModelFolder, openModelFolder } from '../families/model-folder.ts';
import { openGenerator } from '../generate/generator.ts';
import type { TaskRow } from '../objectives/task-row.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { askedRows } from './asked-rows.ts';
import { openWrittenScore } from './written-score.ts';

const folder = join(import.meta.dirname, '../../../../models/lathe-tiny');
let root: string;
let model: ModelFolder;
let encode: (text: string) => number[];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lathe-written-'));
  model = await openModelFolder(folder);
  const tokenizer = await loadTokenizer(folder);
  encode = (text) => tokenizer.encode(text);
});
afterAll(() => rm(root, { recursive: true }));

function rowOf(prompt: readonly number[], answer: readonly number[]): TaskRow {
  const tokens = Int32Array.of(...prompt, ...answer);
  return { tokens, supervised: Uint8Array.from(tokens, (_, at) => +(at >= prompt.length)) };
}

/** The figure of the model as it lies in its folder. */
async function figure(metric: WrittenMetric, heldOut: readonly TaskRow[]): Promise<number> {
  const asked = join(root, 'asked');
  const device = cpuDevice();
  const options = { model, rule: { metric }, heldOut, device, hasAdapter: false, folder: asked };
  const score = await openWrittenScore(options);
  const found = await score?.figures({
    exportMerged: (out) => cp(folder, out, { recursive: true }),
    exportAdapter: () => expect.fail('there is no adapter'),
  });
  await score?.dispose();
  expect(await readdir(root)).not.toContain('asked');
  return found?.[metric] ?? expect.fail('no figure');
}

it('scores what the model writes, as a generator of the same weights writes it', async () => {
  const generator = await openGenerator({ model });
  const rows: TaskRow[] = [];
  for (const text of ['Where is my parcel?', 'One and two are']) {
    const tokens = encode(text);
    const answer: number[] = [];
    for await (const { token } of generator.generate({ tokens, maxTokens: 6 })) answer.push(token);
    // The token that ends an answer is taught with it.
    rows.push(rowOf(tokens, [...answer, model.config.eosTokens[0] as number]));
  }
  await generator.dispose();
  const other = rowOf(encode('Where is my parcel?'), encode('zebra xylophone quartz'));
  const own = await figure('rouge_l', rows);
  expect(own).toBeGreaterThan(0);
  expect(await figure('rouge_l', [other])).toBeLessThan(own);
});

it('refuses rows that have nothing to score, and others are not asked at all', async () => {
  const text = rowOf(encode('Where is my parcel?'), encode('It is here.'));
  await expect(figure('number_match', [text])).rejects.toThrow(
    'early stopping watches number_match, which no held-out answer has',
  );
  const open = { model, heldOut: [text], device: cpuDevice(), hasAdapter: true, folder: root };
  expect(await openWrittenScore({ ...open, rule: { metric: 'exact_match' } })).toBeUndefined();
  expect(await openWrittenScore({ ...open, rule: undefined })).toBeUndefined();
  const bare = rowOf([], encode('It is here.'));
  await expect(figure('rouge_l', [bare])).rejects.toThrow('no held-out row asks');
});

it('asks the last answer of a row, and of many rows 32 at even distances', () => {
  const supervised = Uint8Array.of(0, 0, 1, 0, 0, 1, 1, 0);
  const [one] = askedRows([{ tokens: Int32Array.of(9, 8, 7, 6, 5, 4, 3, 2), supervised }], 32);
  expect(one).toEqual({
    row: 0,
    prompt: Int32Array.of(9, 8, 7, 6, 5),
    answer: Int32Array.of(4, 3),
  });
  const many = Array.from({ length: 100 }, (_, at) => rowOf([1, at], [2]));
  const firsts = askedRows(many, 32).map(({ prompt }) => prompt[1]);
  expect(firsts).toHaveLength(32);
  expect(firsts.slice(0, 4)).toEqual([0, 3, 6, 9]);
});
