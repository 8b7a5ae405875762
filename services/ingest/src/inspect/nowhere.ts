import { createHash } from 'node:crypto';
import type {
  ArtifactStore,
  ByteSource,
  ObjectWriter,
  PutResult,
} from '@lathe/platform/artifacts/port';

/** The store as one that is read only: what is put into it is counted, and kept nowhere. */
export function keepingNothing(artifacts: ArtifactStore): ArtifactStore {
  return {
    get: (key, range) => artifacts.get(key, range),
    stat: (key) => artifacts.stat(key),
    list: (prefix) => artifacts.list(prefix),
    presign: (key, seconds) => artifacts.presign(key, seconds),
    put: (_, source) => measured(source),
    begin: async () => countingWriter(),
    delete: async () => undefined,
    deletePrefix: async () => undefined,
  };
}

async function measured(source: ByteSource): Promise<PutResult> {
  const object = countingWriter();
  for await (const piece of source instanceof Uint8Array ? [source] : source)
    await object.write(piece);
  return object.finish();
}

function countingWriter(): ObjectWriter {
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    async write(piece) {
      hash.update(piece);
      bytes += piece.length;
    },
    finish: async () => ({ bytes, sha256: hash.digest('hex') }),
    abandon: async () => undefined,
  };
}
