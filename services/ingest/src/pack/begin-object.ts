import { open } from 'node:fs/promises';
import type { ArtifactStore, ObjectWriter } from '@lathe/platform/artifacts/port';

export type ObjectPlace = {
  readonly artifacts: ArtifactStore;
  readonly key: string;
  /** Where the object is collected if the store begins none. */
  readonly localFile: string;
};

/** Bytes that are read of a local file at a time. */
const pieceBytes = 1024 * 1024;

/** Begins an object whose pieces come by and by: in the store itself, where it can. */
export async function beginObject({
  artifacts,
  key,
  localFile,
}: ObjectPlace): Promise<ObjectWriter> {
  if (artifacts.begin !== undefined) return artifacts.begin(key);
  const file = await open(localFile, 'w');
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await file.close();
    isOpen = false;
  };
  return {
    write: (piece) => file.appendFile(piece),
    async finish() {
      await close();
      return artifacts.put(key, piecesOf(localFile));
    },
    abandon: close,
  };
}

/** A file in pieces, which one buffer holds after another. */
async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(pieceBytes);
  const file = await open(path);
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
