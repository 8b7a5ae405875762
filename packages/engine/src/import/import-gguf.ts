import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { loadTokenizer } from '@lathe/tokenizer/tokenizer';
import { writeFolderAtomically } from '../formats/atomic.ts';
import { describeTypes, readGguf } from '../gguf/read.ts';
import { fieldsOf } from './fields.ts';
import { type DequantisedType, recoverFolder } from './recovered-folder.ts';
import { tokenizerFiles } from './tokenizer-files.ts';

/** Says where a folder came from; a folder that has it may be replaced by another import. */
const recordName = 'lathe-import.json';

/** What an imported folder says of its origin. */
export type ImportRecord = {
  /** The file's own name, and the SHA-256 of its bytes. */
  readonly file: string;
  readonly sha256: string;
  /** What `general.name` and `general.license` say. */
  readonly name: string | null;
  readonly licence: string | null;
  /** How the file stores its tensors, such as `210 × Q4_1, 61 × F32, 1 × Q8_0`. */
  readonly stored: string;
  readonly family: string;
  readonly layers: number;
  readonly vocabulary: number;
  readonly hasTokenizer: boolean;
};

/**
 * Makes a base model of a GGUF file: config.json, the weights as safetensors, tokenizer and chat template rebuilt, and a
 * record of where it came from. The folder is there whole or not at all; an earlier import there is replaced. Throws
 * UnsupportedModelError, CheckpointError or TokenizerError with the key or tensor at fault.
 * @example await importGguf('model.Q4_1.gguf', 'models/my-model', { dequantised: 'f16' });
 */
export async function importGguf(
  file: string,
  folder: string,
  { dequantised }: { readonly dequantised: DequantisedType },
): Promise<ImportRecord> {
  const gguf = await readGguf(file);
  const fields = fieldsOf(gguf);
  const texts = tokenizerFiles(gguf);
  let record: ImportRecord | undefined;
  await writeFolderAtomically(folder, recordName, async (temporary) => {
    const { config } = await recoverFolder(gguf, temporary, dequantised);
    for (const [name, text] of texts) await writeFile(join(temporary, name), text);
    if (texts.size > 0) await loadTokenizer(temporary);
    record = {
      file: basename(file),
      sha256: await digest(file),
      name: fields.text('general.name') ?? null,
      licence: fields.text('general.license') ?? null,
      stored: describeTypes(gguf),
      family: config.modelType,
      layers: config.layers,
      vocabulary: config.vocabularySize,
      hasTokenizer: texts.size > 0,
    };
    await writeFile(join(temporary, recordName), `${JSON.stringify(record, null, 2)}\n`);
  });
  return record as ImportRecord;
}

async function digest(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(file)) hash.update(bytes as Buffer);
  return hash.digest('hex');
}
