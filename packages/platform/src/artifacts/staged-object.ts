import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sizeText } from '@lathe/contracts/words/size';
import { partName } from './part-name.ts';
import { ArtifactError, type ObjectWriter, type PutOptions } from './port.ts';
import { refuseLinks } from './refuse-links.ts';

/** No room, no quota, or larger than a file may be. */
const fullCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

function sayWhenFull(error: unknown): never {
  const { code = '', syscall } = (error ?? {}) as NodeJS.ErrnoException;
  if (syscall === undefined || !fullCodes.has(code)) throw error;
  throw new ArtifactError('full', `the artifact store is full (${code})`, { cause: error });
}

/** Where an object goes, the folder of all objects, and the folder that it is written in, of the same file system. */
export type StagedPlace = {
  readonly target: string;
  readonly objects: string;
  readonly parts: string;
};

/** Begins an object in a file beside all others, which gets its name once it is whole and durable. Throws `full`. */
export async function stageObject(
  place: StagedPlace,
  { maxBytes = Infinity }: PutOptions = {},
): Promise<ObjectWriter> {
  const temporary = join(place.parts, partName());
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(temporary, 'wx', 0o600).catch(sayWhenFull);
  let [isOpen, isStaged] = [true, true];
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await file.close();
  };
  const finish = async (): Promise<void> => {
    await file.sync();
    await close();
    await moveIntoPlace(temporary, place.target, place.objects);
    isStaged = false;
  };
  return {
    async write(piece) {
      bytes += piece.byteLength;
      if (bytes > maxBytes)
        throw new ArtifactError('too_large', `the object is larger than ${sizeText(maxBytes)}`);
      hash.update(piece);
      await writeAll(file, piece).catch(sayWhenFull);
    },
    async finish() {
      await finish().catch(sayWhenFull);
      return { bytes, sha256: hash.digest('hex') };
    },
    async abandon() {
      try {
        await close();
      } finally {
        if (isStaged) await rm(temporary, { force: true });
        isStaged = false;
      }
    },
  };
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let written = 0; written < chunk.byteLength; ) {
    const { bytesWritten } = await file.write(chunk, written);
    written += bytesWritten;
  }
}

/** Renames, and makes the new name durable. A folder that a deletion took away meanwhile is made again. */
async function moveIntoPlace(temporary: string, target: string, objects: string): Promise<void> {
  const folder = dirname(target);
  for (let attempt = 1; ; attempt++) {
    await mkdir(folder, { recursive: true });
    await refuseLinks(
      objects,
      folder
        .slice(objects.length + 1)
        .split('/')
        .filter(Boolean),
    );
    try {
      await rename(temporary, target);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt >= 5) throw error;
    }
  }
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
