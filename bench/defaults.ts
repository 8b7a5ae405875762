/**
 * Prints what the defaults of the recipe were chosen by: the loss and the share of right tokens on held-out rows of
 * two data sets, for each of some values (docs/decisions/2026-11-one-default-each.md).
 *
 *     node bench/defaults.ts --intents <banking77's train.csv> [--model models/lathe-tiny] [--rows 128]
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { causalLm } from '@lathe/engine/causal-lm';
import { readDataset } from '@lathe/engine/dataset-file';
import { loadEncoders } from '@lathe/engine/encoders';
import { openModelFolder } from '@lathe/engine/model-folder';
import { createTrainer } from '@lathe/engine/trainer';
import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';

const { values } = parseArgs({
  options: {
    intents: { type: 'string' },
    model: { type: 'string', default: 'models/lathe-tiny' },
    rows: { type: 'string', default: '128' },
  },
});
const rows = Number(values.rows);
const model = await openModelFolder(values.model);
const encoders = await loadEncoders(values.model);

/** The first rows of so many classes in turn, every class as often. */
function inTurn(lines: readonly (readonly [string, string])[], classes: number): object[] {
  const names = [...new Set(lines.map(([, name]) => name))].slice(0, classes);
  const byName = names.map((name) => lines.filter(([, own]) => own === name));
  return Array.from({ length: rows + 64 }, (_, at) => {
    const [text = '', name = ''] = byName[at % classes]?.[Math.floor(at / classes)] ?? [];
    const user = { role: 'user', content: text };
    return { messages: [user, { role: 'assistant', content: name.replaceAll('_', ' ') }] };
  });
}

async function encoded(records: readonly object[]) {
  const folder = await mkdtemp(join(tmpdir(), 'lathe-defaults-'));
  const file = join(folder, 'rows.jsonl');
  await writeFile(file, records.map((record) => JSON.stringify(record)).join('\n'));
  const { rows: examples } = await readDataset(file, encoders);
  await rm(folder, { recursive: true });
  return examples;
}

const routing = (await readFile('examples/support-routing.jsonl', 'utf8')).trim().split('\n');
const csv = values.intents === undefined ? '' : await readFile(values.intents, 'utf8');
const plain = csv.split('\n').filter((line) => /^[^",]+,\w+\r?$/.test(line));
const pairs = plain.slice(1).map((line) => line.trim().split(',') as [string, string]);
const sets: Record<string, object[]> = {
  'support-routing': routing.map((line) => JSON.parse(line) as object),
  ...(pairs.length > 0 && { banking77: inTurn(pairs, 8) }),
};

const shared = { epochs: 6, batchSize: 8, seed: 7 } as const;
const rates = { 'prompt-tuning': [3e-2, 5e-2], 'prefix-tuning': [1e-2, 1e-1] };
const runs: readonly (readonly [name: string, recipe: RecipeInput])[] = [
  ...(['prompt-tuning', 'prefix-tuning'] as const).flatMap((type) =>
    rates[type].map((learningRate): [string, RecipeInput] => [
      `${type} at ${learningRate}`,
      { adaptation: { type }, learningRate },
    ]),
  ),
  ...[0, 0.1, 0.5].map((dropout): [string, RecipeInput] => [
    `lora, dropout ${dropout}`,
    { adaptation: { type: 'lora', dropout }, learningRate: 2e-3 },
  ]),
];

console.log('| data | run | held-out loss | right tokens |\n| --- | --- | --- | --- |');
for (const [data, records] of Object.entries(sets)) {
  const heldOut = await encoded(records.slice(0, 64));
  const examples = await encoded(records.slice(64, 64 + rows));
  for (const [name, recipe] of runs) {
    const settings = resolveRecipe({ ...shared, ...recipe });
    const trainer = await createTrainer({ model, settings, objective: causalLm, examples });
    while (trainer.step < trainer.totalSteps) await trainer.trainStep();
    const { loss, tokenAccuracy } = await trainer.evaluate(heldOut);
    await trainer.dispose();
    console.log(`| ${data} | ${name} | ${loss.toFixed(3)} | ${tokenAccuracy.toFixed(3)} |`);
  }
}
