/** Tunes a model on this machine, without any service; `--help` says how. */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { checkRecipe } from '@lathe/recipe/recipe';
import { withKeptMemory } from '../runtime/allocator.ts';
import { type DeviceChoice, deviceChoices } from '../runtime/device-choice.ts';
import { namedAsToday } from '../train/former-names.ts';
import { localPolicy } from './long-rows.ts';
import { trainLocally } from './train-locally.ts';

const usage = `npm run tune:local -- --model <folder> --data <jsonl> --out <folder> [--config <json>]

--model       Hugging Face folder of the model: a decoder or an encoder
--data        JSONL of rows of any task, in the forms of docs/rows.md; all of them are trained
--out         where the adapter (LoRA) or the whole model (full, layers, head) goes, with metrics.jsonl
--config      JSON file of a recipe (packages/recipe has the settings and their defaults). It names the task where
              rows and model do not tell it, and the labels where their order matters
--validation  JSONL of held-out rows: scored at the end, or watched where the recipe has earlyStopping
--too-long    error (one such row ends it) or drop (each is left out by name); by default as in a job that says nothing:
              texts, tags and questions are split, and of others 1 % of the rows may be left out
--device      auto (the default), cpu, webgpu or cuda; docs/devices.md
--random      start from random weights: pre-training; needs the adaptation "full"
--help        this`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      model: { type: 'string' },
      data: { type: 'string' },
      out: { type: 'string' },
      config: { type: 'string' },
      device: { type: 'string', default: 'auto' },
      validation: { type: 'string' },
      'too-long': { type: 'string' },
      random: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const required = (name: 'model' | 'data' | 'out'): string => {
    const value = values[name];
    if (value === undefined) throw new RangeError(`--${name} is missing`);
    return value;
  };
  const config: Readonly<Record<string, unknown>> =
    values.config === undefined ? {} : JSON.parse(await readFile(values.config, 'utf8'));
  const folder = await trainLocally({
    model: required('model'),
    data: required('data'),
    out: required('out'),
    recipe: checkRecipe(namedAsToday(config)),
    random: values.random,
    validation: values.validation,
    tooLong: values['too-long'] === undefined ? undefined : localPolicy(values['too-long']),
    device: deviceChoice(values.device),
    print: (line) => console.log(line),
  });
  console.log(`wrote ${folder}`);
}

function deviceChoice(name: string): DeviceChoice {
  const found = deviceChoices.find((choice) => choice === name);
  if (found === undefined) throw new RangeError(`--device takes ${deviceChoices.join(', ')}`);
  return found;
}

/** Begins again as a process whose allocator keeps memory, where that is to be had: it returns only where it is not. */
function keepMemory(): void {
  const env = withKeptMemory(process.env);
  const { execPath, execArgv, argv, platform } = process;
  if (platform !== 'linux' || env.GLIBC_TUNABLES === process.env.GLIBC_TUNABLES) return;
  process.execve?.(execPath, [execPath, ...execArgv, ...argv.slice(1)], { ...env });
}

if (import.meta.main) {
  keepMemory();
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
