import path from 'node:path';
import { parseArgs } from 'node:util';
import { smokeEncoderRecipe, tinyEncoderRecipe } from './tiny/encoder-recipe.ts';
import { makeTinyModel } from './tiny/make.ts';
import { makeTinyEncoder } from './tiny/make-encoder.ts';
import { smokeRecipe, tinyRecipe } from './tiny/recipe.ts';

const root = path.resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    model: {
      type: 'string',
      multiple: true,
      default: ['lathe-tiny', 'lathe-tiny-encoder'],
    },
    out: { type: 'string', default: path.join(root, 'models') },
    work: { type: 'string', default: path.join(root, '.out') },
    threads: { type: 'string', default: '1' },
    smoke: { type: 'boolean', default: false },
  },
});

const optionsOf = (name: string) => ({
  out: path.join(values.out, name),
  work: values.work,
  threads: Number(values.threads),
  print: (line: string) => console.log(line),
});

for (const name of values.model)
  if (name === 'lathe-tiny')
    await makeTinyModel(values.smoke ? smokeRecipe : tinyRecipe, optionsOf(name));
  else if (name === 'lathe-tiny-encoder')
    await makeTinyEncoder(values.smoke ? smokeEncoderRecipe : tinyEncoderRecipe, optionsOf(name));
  else throw new Error(`--model ${name} is neither lathe-tiny nor lathe-tiny-encoder`);
