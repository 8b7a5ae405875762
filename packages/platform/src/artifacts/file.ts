import { constants } from 'node:fs';
import { access, type FileHandle, lstat, open, opendir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../process/make-folder.ts';
import { ownPiece } from './own-piece.ts';
import { isOfGone } from './part-name.ts';
import {
  ArtifactError,
  type ArtifactStore,
  type ByteRange,
  type ByteSource,
  keyParts,
  type ObjectStat,
  type PutOptions,
  type PutResult,
} from './port.ts';
import { refuseLinks } from './refuse-links.ts';
import { type StagedPlace, stageObject } from './staged-object.ts';

/** Half-written objects lie here, outside of every key, in the same file system. */
const partsFolder = '.parts';
const chunkBytes = 256 * 1024;
const partLifetimeMs = 24 * 3_600_000;

/**
 * Artifacts as files in one folder, for one machine. The folder is made when it is missing.
 * @example const store = await openFileStore('.lathe/artifacts');
 */
export async function openFileStore(root: string): Promise<ArtifactStore> {
  const parts = join(root, partsFolder);
  await makeWritable(root, parts);
  await removeOldParts(parts);
  const objects = join(root, 'objects');
  const pathOf = (key: string): string => join(objects, ...keyParts(key));

  return {
    put: (key, source, options = {}) =>
      putFile({ target: pathOf(key), objects, parts }, source, options),
    begin: async (key) => stageObject({ target: pathOf(key), objects, parts }),
    get: (key, range = {}) => readRange(objects, key, range),
    open: (key) => openObject(objects, key),
    stat: async (key) => {
      const file = await openObject(objects, key);
      if (file === null) return null;
      try {
        const { size, mtimeMs } = await file.stat();
        return { key, bytes: size, modifiedMs: mtimeMs };
      } finally {
        await file.close();
      }
    },
    list: (prefix) => listFolder(objects, prefix),
    delete: async (key) => {
      const path = pathOf(key);
      await refuseLinks(objects, keyParts(key).slice(0, -1));
      await rm(path, { force: true }).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOTDIR' && error.code !== 'ERR_FS_EISDIR') throw error;
      });
    },
    deletePrefix: async (prefix) => {
      const names = keyParts(prefix.replace(/\/$/, ''));
      await refuseLinks(objects, names.slice(0, -1));
      await rm(join(objects, ...names), { recursive: true, force: true });
    },
    presign: () =>
      Promise.reject(
        new ArtifactError('unsupported', 'a file: artifact store has no addresses to hand out'),
      ),
  };
}

/** Makes the store's folders. Throws an Error of one sentence when nothing can be written in them; a full disk may empty. */
async function makeWritable(root: string, parts: string): Promise<void> {
  try {
    await makeFolder(join(root, 'objects'));
    await makeFolder(parts);
    await access(join(root, 'objects'), constants.W_OK);
    await access(parts, constants.W_OK);
  } catch (cause) {
    const { code = String(cause) } = cause as NodeJS.ErrnoException;
    throw new Error(
      `The artifact store in ${root} cannot be written to (${code}): set LATHE_ARTIFACTS to a folder of this user.`,
      { cause },
    );
  }
}

/** Removes what killed processes left half-written: that of processes here which are gone, and what is older than anything that is still written. */
async function removeOldParts(parts: string): Promise<void> {
  for (const name of await readdir(parts)) {
    const found = await lstat(join(parts, name)).catch(() => null);
    const isOld = found !== null && Date.now() - found.mtimeMs > partLifetimeMs;
    if (isOld || isOfGone(name)) await rm(join(parts, name), { force: true });
  }
}

async function putFile(
  place: StagedPlace,
  source: ByteSource,
  options: PutOptions,
): Promise<PutResult> {
  const object = await stageObject(place, options);
  try {
    for await (const chunk of source instanceof Uint8Array ? [source] : source)
      await object.write(chunk);
    return await object.finish();
  } catch (error) {
    // The first error says why nothing is stored; what is left of it is swept away later.
    await Promise.allSettled([object.abandon()]);
    throw error;
  }
}

/** Opens an object for reading; null when there is none. A link in its place counts as none. */
async function openObject(objects: string, key: string): Promise<FileHandle | null> {
  const names = keyParts(key);
  await refuseLinks(objects, names.slice(0, -1));
  try {
    const file = await open(join(objects, ...names), constants.O_RDONLY | constants.O_NOFOLLOW);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    return null;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return null;
    throw error;
  }
}

async function* readRange(
  objects: string,
  key: string,
  range: ByteRange,
): AsyncGenerator<Uint8Array> {
  const file = await openObject(objects, key);
  if (file === null) throw new ArtifactError('not_found', `no artifact ${key} exists`);
  try {
    let position = range.start ?? 0;
    const end = range.end ?? Infinity;
    while (position < end) {
      const length = Math.min(chunkBytes, end - position);
      const { bytesRead, buffer } = await file.read(
        Buffer.allocUnsafe(length),
        0,
        length,
        position,
      );
      if (bytesRead === 0) return;
      position += bytesRead;
      yield ownPiece(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

async function* listFolder(objects: string, prefix: string): AsyncGenerator<ObjectStat> {
  const folder = prefix.replace(/\/$/, '');
  const names = folder === '' ? [] : keyParts(folder);
  await refuseLinks(objects, names);
  yield* walk(join(objects, ...names), names.join('/'));
}

async function* walk(folder: string, prefix: string): AsyncGenerator<ObjectStat> {
  try {
    for await (const entry of await opendir(folder)) {
      const key = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) yield* walk(path, key);
      else if (entry.isFile()) {
        const found = await lstat(path).catch(() => null);
        // Null: deleted while we listed.
        if (found !== null) yield { key, bytes: found.size, modifiedMs: found.mtimeMs };
      }
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
  }
}
