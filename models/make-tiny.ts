import path from 'node:path';
import { parseArgs } from 'node:util';
import { makeTinyModel } from './tiny/make.ts';
import { smokeRecipe, tinyRecipe } from './tiny/recipe.ts';

const root = path.resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: path.join(root, 'models', 'lathe-tiny') },
    work: { type: 'string', default: path.join(root, '.out') },
    threads: { type: 'string', default: '1' },
    smoke: { type: 'boolean', default: false },
  },
});

await makeTinyModel(values.smoke ? smokeRecipe : tinyRecipe, {
  out: values.out,
  work: values.work,
  threads: Number(values.threads),
  print: (line) => console.log(line),
});
