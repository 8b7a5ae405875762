/** Prompts that begin like earlier ones: what their answers say of it, and who finds what. */
import { copyFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { writeTinyModel } from '@lathe/testkit/tiny-model';
import { expect, it } from 'vitest';
import { paddedRows } from '../integration/evaluator.fixture.ts';
import { oneEvaluator } from '../integration/one-evaluator.fixture.ts';
import { collect } from '../integration/records.fixture.ts';

const evaluator = oneEvaluator({});
const system = { role: 'system' as const, content: 'Answer in one word. '.repeat(4) };

/** An answer, with how many tokens of its prompt were not read. */
async function ask(change: Parameters<typeof evaluator.service.ask>[0]) {
  const { texts, last } = await collect(evaluator.service.ask(change));
  if (last?.kind !== 'done') throw new Error(JSON.stringify(last));
  return { texts, cached: last.usage.prompt_tokens_details?.cached_tokens };
}
const question = (content: string) => ({ messages: [system, { role: 'user' as const, content }] });

it('are told in the usage, are of one project alone, and change no answer', async () => {
  const first = await ask(question('one'));
  expect(first.cached).toBe(0);
  const again = await ask(question('one'));
  expect(again.texts).toEqual(first.texts);
  expect(again.cached).toBeGreaterThanOrEqual(80);
  const other = await ask(question('two'));
  expect(other.cached).toBeGreaterThanOrEqual(80);
  expect(await ask({ ...question('two'), project: 'other' })).toEqual({ ...other, cached: 0 });
  const several = await ask({ ...question('three'), project: 'third', choices: 3 });
  // The second and third choice find the prompt of the first, which has found nothing.
  expect([several.cached, new Set(several.texts).size]).toEqual([0, 1]);
});

it('are of one model alone: a checkpoint by another name, or other weights by the same one, reads them anew', async () => {
  const long = question('Which of them?');
  const names = [
    await evaluator.service.addTuned('adapter', 5),
    await evaluator.service.addTuned('adapter', 6),
    await evaluator.service.addTuned('merged', 7),
  ];
  const cold = [];
  for (const model of names) cold.push(await ask({ ...long, model }));
  expect(cold.map(({ cached }) => cached)).toEqual([0, 0, 0]);
  for (const [at, model] of names.entries()) {
    const warm = await ask({ ...long, model });
    expect(warm.texts).toEqual(cold[at]?.texts);
    expect(warm.cached).toBeGreaterThanOrEqual(80);
  }

  const before = await ask(long);
  const weights = join(evaluator.service.baseFolder, 'model.safetensors');
  const kept = join(evaluator.folder, 'kept.safetensors');
  await copyFile(weights, kept);
  const others = join(evaluator.folder, 'others');
  await writeTinyModel(others, { seed: 99, paddedRows });
  await rename(join(others, 'model.safetensors'), weights);
  const changed = await ask(long);
  expect(changed.cached).toBe(0);
  expect(changed.texts).not.toEqual(before.texts);
  await rename(kept, weights);
  expect(await ask(long)).toEqual({ texts: before.texts, cached: 0 });
});
