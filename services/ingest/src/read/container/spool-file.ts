import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sizeText } from '@lathe/contracts/words/size';
import { Unreadable } from './limits.ts';
import type { ContainerOptions } from './options.ts';

/** A stream's bytes as a file of the local disk, for what must be read in any order. */
export type SpooledFile = AsyncDisposable & { readonly path: string; readonly bytes: number };

/** Writes a stream to a new file in the folder, under a name of our own. Throws Unreadable when it is longer than `maxBytes`. */
export async function spoolFile(
  source: AsyncIterable<Uint8Array>,
  folder: string,
  maxBytes: number,
): Promise<SpooledFile> {
  const path = join(folder, `upload-${randomUUID()}`);
  let bytes = 0;
  const remove = () => rm(path, { force: true });
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of source) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      await file.writeFile(chunk);
    }
  } catch (error) {
    await file.close();
    await remove();
    throw error;
  }
  await file.close();
  return { path, bytes, [Symbol.asyncDispose]: remove };
}

/** The error of a file that must be read in any order and is longer than that. */
export function tooLarge(maxBytes: number): Unreadable {
  return new Unreadable(`is larger than the ${sizeText(maxBytes)} that such a file may have`);
}

/** A stream that tells of its bytes, and ends where the signal says so. */
export async function* watched(
  source: AsyncIterable<Uint8Array>,
  { alive, signal }: Pick<ContainerOptions, 'alive' | 'signal'>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    signal?.throwIfAborted();
    alive?.();
    yield chunk;
  }
}
