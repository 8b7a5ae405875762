import { type FileHandle, open } from 'node:fs/promises';
import type { Form } from './form.ts';
import type { ContainerOptions } from './options.ts';
import { spoolFile, tooLarge, watched } from './spool-file.ts';

/** A file of the local disk that is open to be read in any order. */
export type LocalFile = AsyncDisposable & { readonly fd: number; readonly bytes: number };

/**
 * The file that a form is of: the stored one, where it is as it was uploaded and lies here, or else a copy in the folder. Throws
 * Unreadable for one that is longer than such files may be.
 */
export async function openLocalFile(
  { whole, openStored }: Extract<Form, { is: 'parquet' }>,
  { limits: { maxSpoolBytes }, folder, ...watching }: ContainerOptions,
): Promise<LocalFile> {
  await using opened = new AsyncDisposableStack();
  const copied = async (): Promise<FileHandle> => {
    const copy = await spoolFile(watched(whole, watching), folder, maxSpoolBytes);
    return open(opened.use(copy).path);
  };
  const file = opened.use((await openStored?.()) ?? (await copied()));
  await whole.return(undefined);
  const { size: bytes } = await file.stat();
  if (bytes > maxSpoolBytes) throw tooLarge(maxSpoolBytes);
  const kept = opened.move();
  return { fd: file.fd, bytes, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
