import { copyFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { baseModelsProject, modelDeletedSubject, modelKey } from '@lathe/contracts/subject';
import { weightsDigest } from '@lathe/platform/model-digest';
import { writeTinyModel } from '@lathe/testkit/tiny-model';
import { tinyChatTemplate } from '@lathe/testkit/tiny-tokenizer';
import { describe, expect, it } from 'vitest';
import { paddedRows } from '../integration/evaluator.fixture.ts';
import { oneEvaluator } from '../integration/one-evaluator.fixture.ts';
import { collect } from '../integration/records.fixture.ts';

const evaluator = oneEvaluator({ waitingMs: 20, modelScanMs: 100, modelBytes: 0 });

describe('base models', () => {
  it('takes a base model back when its folder goes, and offers one that comes', async () => {
    const added = join(evaluator.folder, 'models', 'second');
    const listed = async () =>
      (await evaluator.service.models.list(baseModelsProject)).map((entry) => entry.value.name);
    await writeTinyModel(added, { seed: 3 });
    await expect.poll(listed).toContain('second');
    expect((await collect(evaluator.service.ask({ model: 'second' }))).last?.kind).toBe('done');
    await rm(added, { recursive: true });
    await expect.poll(listed).toEqual(['tiny']);
  });
});

describe('a tuned model', () => {
  const say = async (model: string) =>
    (await collect(evaluator.service.ask({ model, maxTokens: 24 }))).texts[0] ?? '';

  it('answers through its adapter, or with its own weights; the base stays as it was', async () => {
    const base = await say('tiny');
    const adapter = await evaluator.service.addTuned('adapter');
    const merged = await evaluator.service.addTuned('merged', 9);
    const answers = [base, await say(adapter), await say(merged)];
    expect(new Set(answers).size).toBe(3);
    expect(await say('tiny')).toBe(base);
    expect([await say('tiny'), await say(adapter), await say(merged)]).toEqual(answers);
  });

  it('takes turns in memory when there are more than fit', async () => {
    const names = [
      await evaluator.service.addTuned('merged', 11),
      await evaluator.service.addTuned('merged', 12),
    ];
    const first = await Promise.all(names.map(say));
    for (const index of [0, 1, 0, 1])
      expect(await say(names[index] as string)).toBe(first[index] as string);
  });

  it('is gone when it was deleted', async () => {
    const name = await evaluator.service.addTuned('adapter', 21);
    await say(name);
    await evaluator.service.models.delete(modelKey('default', name));
    const deleted = JSON.stringify({ project: 'default', name });
    evaluator.service.nats.connection.publish(modelDeletedSubject, deleted);
    const { last } = await collect(evaluator.service.ask({ model: name }));
    expect(last).toMatchObject({ error: { code: 'model_not_found' } });
  });

  it('belongs to its project', async () => {
    const model = await evaluator.service.addTuned('adapter', 22);
    const { last } = await collect(evaluator.service.ask({ model, project: 'other' }));
    expect(last).toMatchObject({ error: { code: 'model_not_found' } });
  });
});

describe('a base model whose folder is edited', () => {
  const prompt = async (model: string): Promise<number> => {
    const { last } = await collect(evaluator.service.ask({ model, maxTokens: 1 }));
    if (last?.kind !== 'done') throw new Error(JSON.stringify(last));
    return last.usage.prompt_tokens;
  };
  const greeting = "{{ '<|system|>hi<|end|>' }}";

  it('is asked with what it says now, and what was tuned on it with what it was tuned with', async () => {
    const { baseFolder } = evaluator.service;
    const text = {
      tokenizerSha256: evaluator.service.kit.tokenizerSha256,
      templateSha256: null,
      baseSha256: await weightsDigest(baseFolder),
    };
    const tuned = await evaluator.service.addTuned('adapter', 7, text);
    const older = await evaluator.service.addTuned('adapter', 8);
    expect([await prompt('tiny'), await prompt(tuned), await prompt(older)]).toEqual([8, 8, 8]);
    const template = join(baseFolder, 'chat_template.jinja');
    await writeFile(template, greeting + tinyChatTemplate);
    expect([await prompt('tiny'), await prompt(tuned)]).toEqual([12, 8]);
    // An adapter of before has no template of its own.
    expect(await prompt(older)).toBe(12);
    const form = { type: 'object', properties: {}, additionalProperties: false };
    const answer = await collect(
      evaluator.service.ask({ model: tuned, schema: form, maxTokens: 8 }),
    );
    expect(answer.texts).toEqual(['{}']);
    await rm(template);
    expect(await prompt('tiny')).toBe(8);
  });

  it('answers with new weights at once, and nothing is asked that was tuned on others', async () => {
    const { baseFolder } = evaluator.service;
    const text = {
      tokenizerSha256: evaluator.service.kit.tokenizerSha256,
      templateSha256: null,
      baseSha256: await weightsDigest(baseFolder),
    };
    const tuned = await evaluator.service.addTuned('adapter', 9, text);
    const say = async () => {
      const { texts, last } = await collect(
        evaluator.service.ask({ temperature: 0, maxTokens: 20 }),
      );
      if (last?.kind !== 'done') throw new Error(JSON.stringify(last));
      return texts;
    };
    const before = await say();
    expect((await collect(evaluator.service.ask({ model: tuned }))).last?.kind).toBe('done');
    const weights = join(baseFolder, 'model.safetensors');
    // In one step: half a file is no model, and one that is read just then is not offered until the folder is looked at again.
    const kept = join(evaluator.folder, 'kept.safetensors');
    await copyFile(weights, kept);
    const other = join(evaluator.folder, 'other');
    await writeTinyModel(other, { seed: 99, paddedRows });
    await rename(join(other, 'model.safetensors'), weights);
    expect(await say()).not.toEqual(before);
    expect((await collect(evaluator.service.ask({ model: tuned }))).last).toMatchObject({
      kind: 'error',
      error: {
        code: 'unsupported_model',
        message: `The base model 'tiny' was changed after '${tuned}' was tuned on it; put its files back, or tune again.`,
      },
    });
    await rename(kept, weights);
    expect(await say()).toEqual(before);
    expect((await collect(evaluator.service.ask({ model: tuned }))).last?.kind).toBe('done');
  });
});
