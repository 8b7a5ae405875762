import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnyModelFolder, openAnyModelFolder } from '../families/model-folder.ts';
import { type ModelTask, readModelTask } from '../families/model-task.ts';
import { readSentencePooling } from '../families/sentence-folder.ts';
import { readTensor, writeSafetensors } from '../formats/safetensors.ts';
import { encoderReferences } from '../parity/encoder-reference.ts';
import { referenceModels } from '../parity/reference.ts';
import { writeMergedFolder } from '../peft/merged.ts';
import { headedFolder, heads, recorded, recordedTasks, textsFor } from './headed-folder.fixture.ts';
import { openPredictor, type Predictor, type Question } from './predictor.ts';

const models = join(import.meta.dirname, '../parity/fixtures/models');
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lathe-predict-'));
});
afterAll(() => rm(root, { recursive: true }));

function questionOf(kind: string): Question {
  if (kind !== 'masked-lm')
    return { kind: kind as 'sequence-classification' | 'token-classification' };
  return { kind, places: recorded.texts.map(({ places }) => Int32Array.from(places)) };
}

function farthest(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  expect(found.length).toBe(wanted.length);
  return Array.from(found).reduce(
    (most, value, at) => Math.max(most, Math.abs(value - (wanted[at] as number))),
    0,
  );
}

describe.each(Object.keys(recorded.families))('the tiny model "%s"', (family) => {
  const kinds = Object.keys(recorded.families[family] ?? {});
  it.each(kinds)('answers %s as transformers does, whatever stands beside a text', async (kind) => {
    const model = await headedFolder(root, family, recordedTasks[kind] as ModelTask);
    expect(await readModelTask(model)).toMatchObject(recordedTasks[kind] as ModelTask);
    const predictor = await openPredictor({ model, batchTokens: 64 });
    const texts = textsFor(model);
    const answers = await predictor.predict(questionOf(kind), texts);
    for (const [at, wanted] of (recorded.families[family]?.[kind] ?? []).entries())
      expect(farthest(answers[at] as Float32Array, wanted)).toBeLessThan(1e-4);
    const first = questionOf(kind);
    const alone = await predictor.predict(first, texts.slice(0, 1));
    expect(farthest(alone[0] as Float32Array, answers[0] as Float32Array)).toBeLessThan(1e-5);
    await predictor.dispose();
  });
});

it('has vectors of every family', () => {
  expect(Object.keys(recorded.families).toSorted()).toEqual(
    [...referenceModels, ...encoderReferences].toSorted(),
  );
});

/** The same model as transformers saves its class without a head: no name has the prefix. */
async function bareFolder(family: string): Promise<AnyModelFolder> {
  const base = await openAnyModelFolder(join(models, family));
  const folder = await mkdtemp(join(root, 'bare-'));
  await cp(join(base.path, 'config.json'), join(folder, 'config.json'));
  const own = [...base.tensors].filter(([name]) => name.startsWith('bert.'));
  await writeSafetensors(
    join(folder, 'model.safetensors'),
    await Promise.all(
      own.map(async ([name, { shape, ...entry }]) => ({
        name: name.slice('bert.'.length),
        dtype: 'F32' as const,
        shape,
        data: await readTensor({ shape, ...entry }),
      })),
    ),
  );
  return openAnyModelFolder(folder);
}

it('reads a whole model back that was trained from a bare one', async () => {
  const base = await bareFolder('bert');
  const folder = join(base.path, 'trained');
  const task = recordedTasks['sequence-classification'] as ModelTask;
  const prefix = `bert.${task.kind}.`;
  const added = new Map(
    await Promise.all(
      [...heads]
        .filter(([name]) => name.startsWith(prefix))
        .map(async ([name, entry]) => {
          const { shape } = entry;
          return [name.slice(prefix.length), { shape, data: await readTensor(entry) }] as const;
        }),
    ),
  );
  await writeMergedFolder(base, new Map(), folder, { added, task });
  const predictor = await openPredictor({ model: await openAnyModelFolder(folder) });
  const [first = expect.fail()] = await predictor.predict(
    { kind: task.kind } as Question,
    textsFor(base),
  );
  expect(farthest(first, recorded.families.bert?.[task.kind]?.[0] ?? [])).toBeLessThan(1e-4);
  await predictor.dispose();
});

it('writes what sentence-transformers reads of a model that was taught to embed, and of no other', async () => {
  const base = await bareFolder('bert');
  const folder = join(base.path, 'embedder');
  await writeMergedFolder(base, new Map(), folder, {
    task: { kind: 'feature-extraction', pooling: 'first' },
  });
  expect(await readSentencePooling(folder)).toBe('first');
  const embedder = await openAnyModelFolder(folder);
  await writeMergedFolder(embedder, new Map(), join(base.path, 'copy'));
  expect(await readSentencePooling(join(base.path, 'copy'))).toBe('first');
  const task = { kind: 'masked-lm' } as const;
  await writeMergedFolder(embedder, new Map(), join(base.path, 'other'), { task });
  expect(await readSentencePooling(join(base.path, 'other'))).toBeUndefined();
});

describe('a classifier', () => {
  let predictor: Predictor;
  let model: AnyModelFolder;
  beforeAll(async () => {
    model = await headedFolder(root, 'bert', recordedTasks['sequence-classification'] as ModelTask);
    predictor = await openPredictor({ model });
  });
  afterAll(() => predictor.dispose());

  it('says what it was taught when it is asked something else', async () => {
    await expect(
      predictor.predict({ kind: 'question-answering' }, textsFor(model)),
    ).rejects.toThrow('was taught sequence-classification, not question-answering');
    await expect(
      predictor.predict({ kind: 'sequence-classification' }, [{ tokens: new Int32Array() }]),
    ).rejects.toThrow('input 0 has no');
  });

  it('gives the vectors of texts, by each pooling', async () => {
    const [states = expect.fail()] = await predictor.predict({ kind: 'states' }, textsFor(model));
    const width = model.config.hiddenSize;
    const pooled = async (pooling: 'mean' | 'first' | 'last') =>
      (
        await predictor.predict({ kind: 'vectors', pooling, normalized: false }, textsFor(model))
      )[0] ?? expect.fail();
    expect(farthest(await pooled('first'), states.subarray(0, width))).toBeLessThan(1e-6);
    expect(farthest(await pooled('last'), states.subarray(states.length - width))).toBeLessThan(
      1e-6,
    );
    const mean = Array.from({ length: width }, (_, at) => {
      const column = states.filter((_, place) => place % width === at);
      return column.reduce((sum, value) => sum + value, 0) / column.length;
    });
    expect(farthest(await pooled('mean'), mean)).toBeLessThan(1e-6);
  });

  it('answers by the head of an adapter in place of its own', async () => {
    const head = heads.get('bert.sequence-classification.classifier.weight') ?? expect.fail();
    const names = [
      'bert.pooler.dense.weight',
      'bert.pooler.dense.bias',
      'classifier.weight',
      'classifier.bias',
    ];
    const tensors = new Map(
      await Promise.all(
        names.map(async (name) => {
          const entry = heads.get(`bert.sequence-classification.${name}`) ?? expect.fail();
          const data = await readTensor(entry);
          const isWords = name.startsWith('classifier');
          return [
            name,
            { shape: entry.shape, data: isWords ? data.map((value) => 2 * value) : data },
          ] as const;
        }),
      ),
    );
    expect(head.shape).toEqual([3, 32]);
    predictor.loadAdapter('twice', {
      ...{ rank: 1, alpha: 1, scale: 1, targets: [], tensors: new Map() },
      head: tensors,
    });
    const asked = { kind: 'sequence-classification' } as const;
    const [base = expect.fail()] = await predictor.predict(asked, textsFor(model));
    const [twice = expect.fail()] = await predictor.predict(asked, textsFor(model), {
      adapter: 'twice',
    });
    expect(
      farthest(
        twice,
        base.map((value) => 2 * value),
      ),
    ).toBeLessThan(1e-5);
    predictor.unloadAdapter('twice');
    await expect(predictor.predict(asked, textsFor(model), { adapter: 'twice' })).rejects.toThrow(
      '"twice"',
    );
  });
});
