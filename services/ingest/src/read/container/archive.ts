import { crc32 } from 'node:zlib';
import { sizeText } from '@lathe/contracts/words/size';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { type ContainerLimits, Unreadable } from './limits.ts';
import type { OpenStored, Reading } from './options.ts';

/** A file in an archive. Its name is text only: no path is ever made of it. */
export type Member = {
  readonly name: string;
  /** Why it is no file that may hold rows. */
  readonly oddity?: string;
  readonly read: () => AsyncGenerator<Uint8Array>;
  /** Of an upload that is stored as a file of the local disk. */
  readonly openStored?: OpenStored | undefined;
};

/** Longest name of a file in an archive, in bytes. */
const mostNameBytes = 1024;
const symlink = 0o120000;
const fileType = 0o170000;
/** Bytes of a file's header before its name. */
const headerBytes = 30;

/**
 * The files of a zip archive in the order of their names. Throws Unreadable for one that is damaged, has a password, too many
 * files, or files that overlap, as only bombs have. Call `close` of the archive in the end.
 */
export async function openArchive(
  path: string,
  reading: Reading,
): Promise<{ readonly members: readonly Member[]; readonly close: () => void }> {
  const archive = await openPromise(path, { decodeStrings: false, autoClose: false }).catch(damage);
  try {
    const entries = await entriesOf(archive, reading.options.limits);
    requireApart(entries);
    const members = entries.map(
      ({ name, entry }): Member => ({
        name,
        ...oddity(name, entry),
        read: () => readEntry(archive, { name, entry }, reading),
      }),
    );
    const inOrder = members.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return { members: inOrder, close: () => archive.close() };
  } catch (error) {
    archive.close();
    throw error;
  }
}

type Named = { readonly name: string; readonly entry: Entry };

async function entriesOf(archive: ZipFile, limits: ContainerLimits): Promise<Named[]> {
  const found = new Map<string, Named>();
  let read = 0;
  let bytes = 0;
  try {
    for await (const entry of archive.eachEntry()) {
      if (++read > limits.maxArchiveFiles)
        throw new Unreadable(`is an archive of more than ${limits.maxArchiveFiles} files`);
      const name = nameOf(entry);
      if (name.endsWith('/')) continue;
      if (entry.isEncrypted())
        throw new Unreadable('is an archive with a password; save it without one');
      if (found.has(name)) throw new Unreadable(`is an archive with two files ${shown(name)}`);
      bytes += entry.uncompressedSize;
      if (bytes > limits.maxUnpackedBytes)
        throw new Unreadable(`holds more than ${sizeText(limits.maxUnpackedBytes)} when unpacked`);
      found.set(name, { name, entry });
    }
  } catch (error) {
    damage(error);
  }
  return [...found.values()];
}

function nameOf({ fileNameRaw }: Entry): string {
  if (fileNameRaw.length > mostNameBytes)
    throw new Unreadable(`is an archive with a name of more than ${sizeText(mostNameBytes)}`);
  return fileNameRaw.toString().replaceAll('\\', '/');
}

/** A name as it stands in a sentence. */
function shown(name: string): string {
  return JSON.stringify(name.length > 120 ? `${name.slice(0, 117)}...` : name);
}

function oddity(name: string, entry: Entry): { readonly oddity?: string } {
  if (((entry.externalFileAttributes >>> 16) & fileType) === symlink)
    return { oddity: 'it is a link' };
  if (/\p{C}/u.test(name)) return { oddity: 'its name has characters that cannot be seen' };
  if (/^\/|^[a-z]:/i.test(name) || name.split('/').includes('..'))
    return { oddity: 'its name leads out of the archive' };
  return {};
}

/** Files of an archive that share bytes unpack to many times its size. */
function requireApart(entries: readonly Named[]): void {
  const places = entries
    .map(({ entry }) => {
      const begins = entry.relativeOffsetOfLocalHeader;
      return [begins, begins + headerBytes + entry.fileNameLength + entry.compressedSize] as const;
    })
    .toSorted(([a], [b]) => a - b);
  for (const [at, [, end]] of places.entries())
    if (end > (places[at + 1]?.[0] ?? Number.POSITIVE_INFINITY))
      throw new Unreadable('is an archive whose files overlap, as only made-up ones do');
}

async function* readEntry(
  archive: ZipFile,
  { name, entry }: Named,
  { budget }: Reading,
): AsyncGenerator<Uint8Array> {
  const count = { packed: entry.compressedSize, unpacked: 0 };
  let checksum = 0;
  try {
    const stream = await archive.openReadStreamPromise(entry);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      count.unpacked += chunk.length;
      budget.take(chunk.length, count);
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
  } catch (error) {
    damage(error, name);
  }
  if (checksum !== entry.crc32)
    throw new Unreadable(`is damaged: the bytes of ${shown(name)} are not those that were packed`);
}

/** Throws what was wrong with an archive by the words of its reader. */
function damage(error: unknown, name?: string): never {
  if (error instanceof Unreadable) throw error;
  const reason = error instanceof Error ? error.message : String(error);
  if (/encrypt/i.test(reason))
    throw new Unreadable('is an archive with a password; save it without one', { cause: error });
  if (/unsupported compression/i.test(reason))
    throw new Unreadable('is an archive packed by another method than deflate; pack it as usual', {
      cause: error,
    });
  const isShort = /End of central directory|EOF|truncated/i.test(reason);
  const what = name === undefined ? 'the archive' : `${shown(name)} in the archive`;
  throw new Unreadable(
    isShort ? `is cut short: the end of ${what} is missing` : `is damaged: ${what} cannot be read`,
    { cause: error },
  );
}
