import type { FileRecord } from '@lathe/contracts/record/file';

/** How far the files are read: bytes of those that there are, and rows. */
export type ReadProgress = {
  readonly bytes: number;
  readonly totalBytes: number;
  readonly rows: number;
};

/** Counts what is read of some files, and tells it at rows. */
export function createMeter(
  files: readonly (Pick<FileRecord, 'bytes'> | null)[],
  tell: (at: ReadProgress) => void,
) {
  const totalBytes = files.reduce((sum, file) => sum + (file?.bytes ?? 0), 0);
  let bytes = 0;
  let rows = 0;
  return {
    rows(count: number): void {
      rows += count;
      tell({ bytes, totalBytes, rows });
    },
    async *counted(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const piece of source) {
        bytes += piece.length;
        yield piece;
      }
    },
  };
}
