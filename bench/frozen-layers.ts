/**
 * How much faster the last blocks of a model are trained from what the frozen ones below made of the rows in the first
 * epoch: seconds of the first epoch and of a later one, each program's steps in turns with the other's.
 *
 *     npm run bench:layers [-- --model models/lathe-tiny] [--last 1] [--rows 64] [--tokens 128] [--epochs 4] [--disk]
 */
import { parseArgs } from 'node:util';
import { causalLm } from '@lathe/engine/causal-lm';
import { textExample } from '@lathe/engine/example';
import { openAnyModelFolder } from '@lathe/engine/model-folder';
import { rootSeed, words } from '@lathe/engine/seed';
import { createTrainer } from '@lathe/engine/trainer';
import { resolveRecipe } from '@lathe/recipe/recipe';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'models/lathe-tiny' },
    last: { type: 'string', default: '1' },
    rows: { type: 'string', default: '64' },
    tokens: { type: 'string', default: '128' },
    epochs: { type: 'string', default: '4' },
    /** Keep everything on the disk, and nothing in memory. */
    disk: { type: 'boolean', default: false },
  },
});
const model = await openAnyModelFolder(values.model);
const { vocabularySize, layers } = model.config;
const length = Number(values.tokens);
const seed = rootSeed(7);
const examples = Array.from({ length: Number(values.rows) }, (_, row) =>
  textExample(
    Array.from({ length }, (_, at) => words(seed, row * length + at).low % vocabularySize),
  ),
);
const open = (room: { readonly keptStateBytes: number; readonly keptDiskBytes: number }) =>
  createTrainer({
    ...{ model, examples, objective: causalLm },
    settings: resolveRecipe({
      adaptation: { type: 'layers', last: Number(values.last) },
      epochs: Number(values.epochs),
      maxTokens: length,
      ...room,
    }),
  });
const most = 2 ** 32;
const anew = await open({ keptStateBytes: 0, keptDiskBytes: 0 });
const kept = await open({ keptStateBytes: values.disk ? 0 : most, keptDiskBytes: most });
const stepsPerEpoch = anew.totalSteps / Number(values.epochs);
/** Seconds of each epoch, by whether the frozen blocks run in each step or once. */
const seconds: { anew: number; kept: number }[] = [];
let furthest = 0;
while (anew.step < anew.totalSteps) {
  const epoch = Math.floor(anew.step / stepsPerEpoch);
  const sum = seconds[epoch] ?? { anew: 0, kept: 0 };
  seconds[epoch] = sum;
  // Who is first changes, so that neither always follows the other's heat.
  const isFirst = anew.step % 2 === 0;
  const one = await (isFirst ? anew : kept).trainStep();
  const other = await (isFirst ? kept : anew).trainStep();
  sum.anew += (isFirst ? one : other).seconds;
  sum.kept += (isFirst ? other : one).seconds;
  furthest = Math.max(furthest, Math.abs(one.loss / other.loss - 1));
}
await anew.dispose();
await kept.dispose();

console.log(
  `${model.name}, the last ${values.last} of ${layers} blocks, ${examples.length} rows of ${length} tokens, kept ${values.disk ? 'on disk' : 'in memory'}:`,
);
console.log('| epoch | seconds anew | seconds from what is kept | times as fast |');
console.log('| --- | --- | --- | --- |');
for (const [epoch, { anew, kept }] of seconds.entries())
  console.log(
    `| ${epoch + 1} | ${anew.toFixed(2)} | ${kept.toFixed(2)} | ${(anew / kept).toFixed(2)} |`,
  );
console.log(`losses differ by at most ${furthest.toExponential(1)}, relative`);
