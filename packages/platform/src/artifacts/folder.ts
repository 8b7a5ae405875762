import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { ObjectRef } from '@lathe/contracts/artifact/dataset';
import { ArtifactError, type ArtifactStore, keyParts } from './port.ts';

/** Files of a folder as objects: path within the folder (with `/`) to object. */
export type FolderRefs = Readonly<Record<string, ObjectRef>>;

/**
 * Stores every file under `folder` as `<prefix>/<path>` and returns where. File names must be
 * possible parts of a key; symbolic links are refused.
 * @example const files = await putFolder(artifacts, 'p/default/checkpoint/', 'models/lathe-tiny');
 */
export async function putFolder(
  store: ArtifactStore,
  prefix: string,
  folder: string,
): Promise<Record<string, ObjectRef>> {
  const refs: Record<string, ObjectRef> = {};
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile()) throw new Error(`${path} is not a plain file and cannot be stored`);
    const name = path.slice(folder.replace(/\/$/, '').length + 1).replaceAll(sep, '/');
    const key = `${prefix}/${name}`;
    refs[name] = { key, ...(await store.put(key, createReadStream(path))) };
  }
  return refs;
}

/** Reads one object and checks it against its size and digest. Throws an Error that names the key. */
export async function getBytes(store: ArtifactStore, ref: ObjectRef): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of checked(store, ref)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * Brings the files into `target`, which is there whole or not at all: they are written to a folder
 * beside it, checked against their digests and renamed. A target that is already there is left as it is.
 */
export async function getFolder(
  store: ArtifactStore,
  refs: FolderRefs,
  target: string,
): Promise<void> {
  if (await exists(target)) return;
  const temporary = `${target}.part-${randomBytes(8).toString('hex')}`;
  try {
    await mkdir(temporary, { recursive: true });
    for (const [name, ref] of Object.entries(refs)) {
      const path = join(temporary, ...keyParts(name));
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, checked(store, ref), { flush: true });
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Somebody else brought the same folder first.
    const code = (error as NodeJS.ErrnoException).code;
    if ((code === 'ENOTEMPTY' || code === 'EEXIST') && (await exists(target))) return;
    throw error;
  }
  const parent = await open(dirname(target), 'r');
  try {
    await parent.sync();
  } finally {
    await parent.close();
  }
}

async function* checked(store: ArtifactStore, ref: ObjectRef): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of store.get(ref.key)) {
    hash.update(chunk);
    bytes += chunk.byteLength;
    yield chunk;
  }
  if (bytes !== ref.bytes || hash.digest('hex') !== ref.sha256)
    throw new ArtifactError(
      'damaged',
      `the artifact ${ref.key} is damaged: ${bytes} of ${ref.bytes} bytes, or another digest`,
    );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
