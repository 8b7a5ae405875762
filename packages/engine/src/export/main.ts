import { parseArgs } from 'node:util';
import { CheckpointError, UnsupportedModelError } from '../formats/error.ts';
import { type ExportType, exportModel, exportTypes } from './export.ts';
import { type ExportKind, exportKinds } from './verify.ts';

const usage = `node packages/engine/src/export/main.ts --model <folder> [--adapter <folder>]
  --to ${exportKinds.join('|')} --out <folder> [--dtype ${exportTypes.join('|')}] [--from <name>]`;

/** Exports a model from the command line and prints the replay. Gives the exit status. */
async function main(): Promise<number> {
  try {
    const { values } = parseArgs({
      options: {
        model: { type: 'string' },
        adapter: { type: 'string' },
        to: { type: 'string' },
        out: { type: 'string' },
        dtype: { type: 'string' },
        from: { type: 'string' },
      },
    });
    const { model, adapter, out, from } = values;
    const kind = exportKinds.find((name) => name === values.to);
    const dtype = exportTypes.find((name) => name === values.dtype);
    if (model === undefined || out === undefined || kind === undefined) {
      console.error(usage);
      return 2;
    }
    checkDtype(kind, values.dtype, dtype);
    const { replay, notes, files } = await exportModel({ model, adapter, kind, out, dtype, from });
    console.log(
      `${kind}: ${files.length} files in ${out}; largest difference ${replay.absolute.toPrecision(3)} (relative ${replay.relative.toPrecision(3)}, allowed ${replay.tolerance}) over ${replay.prompts} prompts of ${replay.tokens} tokens`,
    );
    for (const note of notes) console.log(`note: ${note}`);
    return 0;
  } catch (error) {
    if (!isExpected(error)) throw error;
    console.error(error.message);
    return 1;
  }
}

function checkDtype(
  kind: ExportKind,
  given: string | undefined,
  known: ExportType | undefined,
): void {
  if (given === undefined) return;
  if (known === undefined)
    throw new RangeError(`--dtype is "${given}"; known: ${exportTypes.join(', ')}`);
  if (kind !== 'gguf' && kind !== 'onnx')
    throw new RangeError(`--dtype goes with --to gguf and onnx only, not ${kind}`);
}

function isExpected(error: unknown): error is Error {
  return (
    error instanceof CheckpointError ||
    error instanceof UnsupportedModelError ||
    error instanceof RangeError ||
    (error instanceof TypeError && 'code' in error) ||
    (error instanceof Error && 'syscall' in error)
  );
}

process.exitCode = await main();
