import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAnyModelFolder } from '../families/model-folder.ts';
import { makeModel, shard, small } from '../families/small-llama.fixture.ts';
import { readSafetensors } from '../formats/safetensors.ts';
import { sequenceClassification } from '../objectives/sequence-classification.ts';
import { readEncoderReference } from '../parity/encoder-reference.ts';
import { type EncoderTask, encoderRun } from '../parity/recorded-encoder-tasks.ts';
import { createTrainer } from './trainer.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lathe-export-run-'));
});
afterAll(() => rm(root, { recursive: true }));

const json = async (folder: string, file: string) =>
  JSON.parse(await readFile(join(folder, file), 'utf8')) as Record<string, unknown>;

async function classifier(base: string, method: RecipeInput['adaptation']) {
  const model = await openAnyModelFolder(base);
  return createTrainer({
    model,
    objective: sequenceClassification(model.config, {
      problem: 'single-label',
      labels: 2,
      labelNames: ['no', 'yes'],
    }),
    settings: resolveRecipe({ adaptation: method, batchSize: 2 }),
    examples: [0, 1].map((label) => ({
      tokens: Int32Array.of(1, 4 + label, 2),
      types: undefined,
      label,
    })),
  });
}

describe('exports of a decoder that scores texts', () => {
  it('name the labels and the class, and open again', async () => {
    const base = await makeModel(root, { ...small, tie_word_embeddings: false });
    const trainer = await classifier(base, { type: 'full' });
    await trainer.trainStep();
    const merged = join(root, 'merged');
    await trainer.exportMerged(merged);
    await trainer.dispose();
    expect(await json(merged, 'config.json')).toMatchObject({
      ...small,
      tie_word_embeddings: false,
      architectures: ['LlamaForSequenceClassification'],
      id2label: { 0: 'no', 1: 'yes' },
      label2id: { no: 0, yes: 1 },
      problem_type: 'single_label_classification',
    });
    const { tensors } = await openAnyModelFolder(merged);
    expect(tensors.get('score.weight')?.shape).toEqual([2, 8]);
    const again = await classifier(merged, { type: 'head' });
    await again.trainStep();
    await again.dispose();
  });

  it('put a new head into a shard and into the index', async () => {
    const base = await makeModel(root);
    await shard(base);
    const trainer = await classifier(base, { type: 'head' });
    const merged = join(root, 'sharded');
    await trainer.exportMerged(merged);
    await trainer.dispose();
    expect((await openAnyModelFolder(merged)).tensors.has('score.weight')).toBe(true);
    const index = await json(merged, 'model.safetensors.index.json');
    expect(index.weight_map).toHaveProperty(['score.weight'], 'model-00002-of-00002.safetensors');
  });

  it('keep the head beside an adapter, under the task of peft', async () => {
    const trainer = await classifier(await makeModel(root), { type: 'lora', rank: 2 });
    const adapter = join(root, 'adapter');
    await trainer.exportAdapter(adapter);
    await trainer.dispose();
    expect(await json(adapter, 'adapter_config.json')).toMatchObject({
      task_type: 'SEQ_CLS',
      modules_to_save: ['score'],
    });
    const { tensors } = await readSafetensors(join(adapter, 'adapter_model.safetensors'));
    expect(tensors.get('base_model.model.score.weight')?.shape).toEqual([2, 8]);
  });

  it('refuse to keep a head where peft has no place for one', async () => {
    const trainer = await classifier(await makeModel(root), { type: 'tokens', tokens: [4] });
    await expect(trainer.exportAdapter(join(root, 'none'))).rejects.toThrow('peft keeps no head');
    await trainer.dispose();
  });
});

describe('exports of encoders', () => {
  it.each([
    ['masked-lm', 'ModernBertForMaskedLM', null, ['decoder', 'head']],
    [
      'token-classification',
      'ModernBertForTokenClassification',
      'TOKEN_CLS',
      ['classifier', 'head'],
    ],
    ['span-extraction', 'ModernBertForQuestionAnswering', 'QUESTION_ANS', ['classifier', 'head']],
  ] satisfies [EncoderTask, string, string | null, string[]][])(
    '%s: say what the model is for',
    async (task, architecture, taskType, saved) => {
      const run = await encoderRun(await readEncoderReference('modernbert'), task, 'full');
      const trainer = await createTrainer({
        ...run,
        settings: resolveRecipe({ adaptation: { type: 'lora', rank: 2 } }),
      });
      const [adapter, merged] = [join(root, `${task}-adapter`), join(root, `${task}-merged`)];
      await trainer.exportAdapter(adapter);
      await trainer.exportMerged(merged);
      await trainer.dispose();
      expect(await json(adapter, 'adapter_config.json')).toMatchObject({
        task_type: taskType,
        modules_to_save: saved,
      });
      expect((await json(merged, 'config.json')).architectures).toEqual([architecture]);
      // Python tells 2.0 from 2 and refuses the latter here.
      expect(await readFile(join(merged, 'config.json'), 'utf8')).toContain(
        '"initializer_cutoff_factor": 2.0',
      );
      await openAnyModelFolder(merged);
    },
  );
});
