import { join } from 'node:path';
import type { Asked } from '@lathe/contracts/message/prediction';
import { cpuDevice } from '@lathe/engine/cpu';
import { openAnyModelFolder } from '@lathe/engine/model-folder';
import { expect, it } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { openPooledModel } from '../engine/pooled-model.ts';
import { servedTask } from '../texts/served-task.ts';
import { localTexts } from '../texts/texts.fixture.ts';
import { askTexts } from './ask-model.ts';
import type { ServedModel } from './models.ts';

const tasks = join(import.meta.dirname, '../../../../packages/testkit/fixtures/tasks');
const texts = localTexts();
const { signal } = new AbortController();

/** A model of one of the tasks, with an engine that holds it alone and counts how often it is asked. */
async function open(name: string) {
  const folder = join(tasks, name);
  const facts = await texts.facts(folder);
  const maxContext = facts.maxPositions;
  const place = { folder, adapter: null, maxContext };
  const options = { folder, maxContext, maxRows: 2, device: cpuDevice() };
  const pooled = await openPooledModel(await openAnyModelFolder(folder), options);
  let passes = 0;
  const engine: Pick<Engine, 'predict'> = {
    predict: (_, { question, texts: read }) => {
      passes++;
      return pooled.predict(question, read, { signal });
    },
  };
  const model: ServedModel = {
    ...{ name, facts, texts: folder, room: maxContext, style: 'chat', engine: place },
    task: servedTask(facts, undefined),
  };
  return {
    model,
    engine: engine as Engine,
    passes: () => passes,
    [Symbol.asyncDispose]: () => pooled.dispose(),
  };
}

const options = { project: 'p', signal, urgency: 'evaluation' } as const;

it('gives one prediction a row, whatever is read at once', async () => {
  await using opened = await open('bert-intents');
  const asked: Asked = {
    kind: 'text-classification',
    inputs: ['Where is my card?', 'Great!', 'The soup was cold.'].map((text) => ({
      text,
      pair: null,
    })),
    ...{ topK: 1, apply: null, inOrder: false },
  };
  const about = { model: opened.model, asked };
  const together = await askTexts({ ...opened, texts }, about, { ...options, tokensAtOnce: 4096 });
  expect(opened.passes()).toBe(1);
  const alone = await askTexts({ ...opened, texts }, about, { ...options, tokensAtOnce: 1 });
  expect(opened.passes()).toBe(4);
  expect(together).toHaveLength(3);
  for (const [at, [first] = []] of (together as { label: string; score: number }[][]).entries()) {
    const [other] = alone[at] as { label: string; score: number }[];
    expect(other).toEqual({ label: first?.label, score: expect.closeTo(first?.score ?? 0, 5) });
  }
});

it('refuses what the model was not taught', async () => {
  await using opened = await open('bert-tags');
  const asked: Asked = { kind: 'fill-mask', inputs: ['a [MASK]'], topK: 1, targets: null };
  await expect(
    askTexts({ ...opened, texts }, { model: opened.model, asked }, { ...options, tokensAtOnce: 1 }),
  ).rejects.toThrow("'bert-tags' was taught token-classification, which answers no fill-mask");
});
