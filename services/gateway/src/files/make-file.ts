import { fileKey } from '@lathe/contracts/artifact/key';
import { newId } from '@lathe/contracts/id';
import { type FileRecord, processedFile } from '@lathe/contracts/record/file';
import { recordKey } from '@lathe/contracts/subject';
import type { ByteSource } from '@lathe/platform/artifacts/port';
import type { FilePorts } from './files.ts';

/** A file of JSON Lines to be made. */
export type ToMake = Pick<FileRecord, 'filename' | 'purpose'> & {
  /** Of a file that is made again after a kill: then it is the same one. */
  readonly id?: string;
  readonly lifetime?: number | null;
  readonly lines: ByteSource;
};

/** Stores the lines, then the record, which makes the file exist. Null, and nothing is stored, where there are no lines. */
export async function makeFile(
  { files, artifacts, now }: Pick<FilePorts, 'files' | 'artifacts' | 'now'>,
  project: string,
  { id = newId('file'), lines, ...about }: ToMake,
): Promise<FileRecord | null> {
  const key = fileKey(project, id);
  const stored = await artifacts.put(key, lines);
  if (stored.bytes === 0) {
    await artifacts.delete(key);
    return null;
  }
  const file = processedFile({ id, project, key, ...about, ...stored }, now());
  await files.put(recordKey(project, id), file);
  return file;
}
