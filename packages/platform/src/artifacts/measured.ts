import type { FileHandle } from 'node:fs/promises';
import { type Metrics, timed } from '../metrics.ts';
import type { ArtifactStore, ObjectWriter, PutResult } from './port.ts';

/** The store with the time, bytes and failures of its operations counted. */
export function measuredStore(store: ArtifactStore, metrics: Metrics): ArtifactStore {
  const measured = <Result>(operation: string, act: () => Promise<Result>): Promise<Result> =>
    timed(act, (outcome, seconds) =>
      metrics.observe('lathe_artifact_seconds', { operation, outcome }, seconds),
    );
  const counted = (result: PutResult): PutResult => {
    metrics.count('lathe_artifact_bytes_total', { operation: 'put' }, result.bytes);
    return result;
  };
  /** One put, told once: when a step of it fails, or when it is finished. One that is only abandoned is none. */
  const measuredBegin = async (begin: () => Promise<ObjectWriter>): Promise<ObjectWriter> => {
    // The time between its pieces is not the store's.
    let spent = 0;
    let isTold = false;
    const step = <Result>(act: () => Promise<Result>, isLast = false): Promise<Result> =>
      timed(act, (outcome, seconds) => {
        spent += seconds;
        if (isTold || (outcome === 'done' && !isLast)) return;
        isTold = true;
        metrics.observe('lathe_artifact_seconds', { operation: 'put', outcome }, spent);
      });
    const writer = await step(begin);
    return {
      write: (piece) => step(() => writer.write(piece)),
      finish: async () => counted(await step(writer.finish, true)),
      abandon: writer.abandon,
    };
  };
  /** One get of all that there is. */
  const measuredOpen = async (open: () => Promise<FileHandle | null>) => {
    const file = await measured('get', open);
    if (file !== null) {
      const { size } = await file.stat();
      metrics.count('lathe_artifact_bytes_total', { operation: 'get' }, size);
    }
    return file;
  };
  const { begin, open } = store;
  return {
    ...(begin && { begin: (key: string) => measuredBegin(() => begin(key)) }),
    ...(open && { open: (key: string) => measuredOpen(() => open(key)) }),
    async put(key, source, options) {
      return counted(await measured('put', () => store.put(key, source, options)));
    },
    async *get(key, range) {
      const started = performance.now();
      // A reader that stops early has read what it wanted.
      let outcome = 'done';
      try {
        for await (const chunk of store.get(key, range)) {
          metrics.count('lathe_artifact_bytes_total', { operation: 'get' }, chunk.byteLength);
          yield chunk;
        }
      } catch (error) {
        outcome = 'failed';
        throw error;
      } finally {
        const seconds = (performance.now() - started) / 1000;
        metrics.observe('lathe_artifact_seconds', { operation: 'get', outcome }, seconds);
      }
    },
    stat: (key) => measured('stat', () => store.stat(key)),
    list: (prefix) => store.list(prefix),
    delete: (key) => measured('delete', () => store.delete(key)),
    deletePrefix: (prefix) => measured('delete', () => store.deletePrefix(prefix)),
    presign: (key, seconds) => store.presign(key, seconds),
  };
}
