/**
 * Makes a base model of a GGUF file and puts it where `npm start` finds it:
 *
 *     npm run import -- <file.gguf> [--name <name>] [--dtype f16|f32]
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { CheckpointError, UnsupportedModelError } from '@lathe/engine/checkpoint-error';
import { importGguf } from '@lathe/engine/import-gguf';
import { readConfig } from '@lathe/platform/config';
import { TokenizerError } from '@lathe/tokenizer/error';
import { hideFromGit } from './models/hide-from-git.ts';

const usage = `npm run import -- <file.gguf> [--name <name of the model>] [--dtype f16|f32]
  f16 (the default) or f32: what numbers become that the file holds quantised; all others keep their type.`;

/** What a model may be called: it is a folder's name and part of the names of what is tuned from it. */
const names = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Gives the exit status. */
async function main(): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      options: { name: { type: 'string' }, dtype: { type: 'string', default: 'f16' } },
      allowPositionals: true,
    });
    const [file] = positionals;
    const dequantised = (['f16', 'f32'] as const).find((type) => type === values.dtype);
    const [models] = readConfig(process.env).modelFolders;
    if (
      file === undefined ||
      positionals.length > 1 ||
      dequantised === undefined ||
      models === undefined
    ) {
      console.error(usage);
      return 2;
    }
    const name = values.name ?? nameOf(file);
    if (!names.test(name))
      throw new RangeError(
        `The model cannot be called "${name}": use letters, digits, dots, dashes and underscores, with --name.`,
      );
    const folder = path.join(models, name);
    const { family, layers, vocabulary, stored, licence, hasTokenizer } = await importGguf(
      file,
      folder,
      { dequantised },
    );
    await hideFromGit(folder);
    console.log(
      `${name}: a ${family} of ${layers} layers and ${vocabulary} tokens, rebuilt from ${stored}, in ${folder}`,
    );
    console.log(`Licence: ${licence ?? 'the file names none; ask where it came from'}`);
    if (!hasTokenizer)
      console.log('note: the file has no tokenizer; put a tokenizer.json beside it');
    return 0;
  } catch (error) {
    if (!isExpected(error)) throw error;
    console.error(error.message);
    return 1;
  }
}

/** `models/My Model.Q4_K_M.gguf` becomes `my-model.q4_k_m`. */
function nameOf(file: string): string {
  const bare = path.basename(file).replace(/\.gguf$/i, '');
  return bare.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, '-');
}

function isExpected(error: unknown): error is Error {
  return (
    error instanceof CheckpointError ||
    error instanceof UnsupportedModelError ||
    error instanceof TokenizerError ||
    error instanceof RangeError ||
    (error instanceof TypeError && 'code' in error) ||
    (error instanceof Error && 'syscall' in error)
  );
}

process.exitCode = await main();
