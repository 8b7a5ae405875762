import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { adaptationSchema } from '@lathe/recipe/adaptation';
import { taskSchema } from '@lathe/recipe/task';
import { describe, expect, it } from 'vitest';
import { decoderFamilies } from '../families/decoder-families.ts';
import { encoderTypes } from '../families/encoder-config.ts';
import { exportCases } from './export-cases.ts';
import { families, familyTasks } from './family-tasks.ts';
import { curveDistances } from './parity.ts';
import { readRecordedPreferences } from './recorded-preferences.ts';
import { readRecordedRuns, recordedRuns, startDistances } from './recorded-runs.ts';

const recordings = await readRecordedRuns();
const tolerance = 1e-4;

// `npm run parity` compares all of them, at every step; a part, another in each family, keeps the tests short.
describe.each(families)('recorded runs of the tiny model "%s"', (family) => {
  const every = async (count: number) =>
    (await recordedRuns(family)).filter((_, at) => at % count === families.indexOf(family) % count);

  it('have the losses and gradients of PyTorch at their start', async () => {
    for (const { name, run } of await every(2)) {
      const recording = recordings.get(name);
      if (recording === undefined)
        throw new Error(`${name} was not recorded: bench/parity/record-runs.ts`);
      const { loss, gradients } = await startDistances(run, recording);
      expect(loss, name).toBeLessThan(tolerance);
      expect(gradients, name).toBeLessThan(tolerance);
    }
  });

  it('follow the curves of PyTorch', async () => {
    for (const { name, run } of await every(7)) {
      const { curveLoss, curveNorm } = await curveDistances(run, recordings.get(name)?.curve ?? []);
      expect(curveLoss, name).toBeLessThan(tolerance);
      expect(curveNorm, name).toBeLessThan(tolerance);
    }
  });
});

/** The cells of every row of the tables of a page of docs/. */
async function rowsOf(page: string): Promise<string[][]> {
  const text = await readFile(join(import.meta.dirname, '../../../../docs', page), 'utf8');
  return text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((part) => part.trim()),
    );
}

/** The files of objectives/ that make an objective to train with. */
async function objectiveFiles(): Promise<string[]> {
  const folder = join(import.meta.dirname, '../objectives');
  const found: string[] = [];
  for (const file of await readdir(folder)) {
    if (!file.endsWith('.ts') || file.includes('.test.')) continue;
    const text = await readFile(join(folder, file), 'utf8');
    // Scores are measured, never trained on.
    if (/^ +name: ['`]/m.test(text) && file !== 'sequence-log-probability.ts')
      found.push(file.slice(0, -'.ts'.length));
  }
  return found;
}

/** What each kind of model is compared in; a method or objective that is added to the code must come in here. */
const methods: Readonly<Record<string, readonly string[]>> = {
  full: ['full', 'full, from random weights'],
  layers: ['layers', 'names'],
  lora: ['lora', 'rslora', 'dora', 'lora-plus', 'pissa'],
  ia3: ['ia3'],
  'prompt-tuning': ['prompt-tuning'],
  'prefix-tuning': ['prefix-tuning'],
  head: ['head'],
  tokens: ['tokens'],
};
const decodersOnly = ['prompt-tuning', 'prefix-tuning'];

describe('docs/parity.md', async () => {
  const rows = await rowsOf('parity.md');
  const runs = rows.filter((cells) => cells.length === 7);

  it('has a model of every family', () => {
    const present = new Set(rows.filter((cells) => cells.length === 3).map(([, type]) => type));
    for (const type of [...decoderFamilies.keys(), ...encoderTypes])
      expect(present).toContain(type);
  });

  it('knows every method of the code', () => {
    const types = adaptationSchema.options.map((option) => option.shape.type.value);
    expect(types.toSorted()).toEqual(Object.keys(methods).toSorted());
  });

  it.each(families)('has every method on "%s", and every objective', async (family) => {
    const own = runs.filter(([model]) => model === family);
    const present = new Set(own.map((cells) => cells.slice(1, 3).join()));
    for (const { method, objective } of await recordedRuns(family))
      expect(present).toContain([method, objective].join());
    const { model, tasks } = await familyTasks(family);
    for (const [type, names] of Object.entries(methods)) {
      if (model.config.kind === 'encoder' && decodersOnly.includes(type)) continue;
      for (const name of names) expect(own.map(([, method]) => method)).toContain(name);
    }
    // Data of other forms, and problems of other labels, change nothing inside: one decoder stands for all.
    const onOneDecoder = ['causal-lm on chat', 'multi-label', 'regression'];
    for (const { name } of tasks) {
      const elsewhere = model.config.kind === 'decoder' && onOneDecoder.includes(name);
      const there = (elsewhere ? runs : own).map(([, , objective]) => objective);
      expect(there).toContain(name);
    }
  });

  it('has every preference objective with and without an adapter', async () => {
    const { curves } = await readRecordedPreferences();
    for (const [objective, recorded] of Object.entries(curves))
      for (const method of Object.keys(recorded))
        expect(runs.map((cells) => cells.slice(1, 3).join())).toContain(`${method},${objective}`);
  });

  it('has a row for every objective of the code', async () => {
    const rowsByName: Readonly<Record<string, RegExp>> = {
      'causal-lm': /^causal-lm/,
      'masked-lm': /^masked-lm$/,
      'sequence-classification': /^(single-label|multi-label|regression)$/,
      'token-classification': /^token-classification$/,
      'span-extraction': /^span-extraction$/,
      'embedding-pairs': /^embedding(?!-scores)/,
      'embedding-scores': /^embedding-scores$/,
      dpo: /^dpo-(sigmoid|smoothed|ipo|hinge|robust)$/,
      kto: /^kto$/,
      orpo: /^orpo$/,
      simpo: /^simpo/,
      reward: /^reward$/,
    };
    expect((await objectiveFiles()).toSorted()).toEqual(Object.keys(rowsByName).toSorted());
    for (const pattern of Object.values(rowsByName))
      expect(runs.some(([, , objective = '']) => pattern.test(objective))).toBe(true);
  });

  it('has every task from the rows of a shard on', () => {
    const shards = rows.filter((cells) => cells.length === 5).slice(2);
    const named = taskSchema.options.map(({ shape }) => shape.type.value);
    expect(new Set(shards.map(([task]) => task))).toEqual(new Set(named));
    for (const cells of shards)
      for (const cell of cells.slice(3))
        expect(Number(cell), cells.join(' ')).toBeLessThan(tolerance);
  });

  it('has no empty field and nothing above 1e-4', () => {
    expect(runs.length).toBeGreaterThan(300);
    for (const cells of runs.slice(1).filter(([model]) => model !== '---'))
      for (const cell of cells.slice(3))
        expect(Number(cell), cells.join(' ')).toBeLessThan(tolerance);
  });
});

describe('docs/parity-python.md', async () => {
  const rows = (await rowsOf('parity-python.md')).filter(([model]) => model !== 'model');

  it('has every export that is compared, and nothing above 1e-4', async () => {
    const present = new Set(rows.map((cells) => cells.slice(0, 3).join()));
    for (const { family, method, objective } of await exportCases())
      expect(present).toContain([family, method, objective].join());
    for (const cells of rows.filter(([model]) => model !== '---'))
      for (const cell of cells.slice(3)) {
        // Prefixes of classifiers, where peft cannot ask one of its own making either.
        if (cell === 'not asked') expect(cells[1], cells.join(' ')).toBe('prefix tuning');
        else expect(Number(cell), cells.join(' ')).toBeLessThan(tolerance);
      }
  });
});
