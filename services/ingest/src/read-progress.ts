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
    /** Counts a file of so many bytes as it is read; all of it where it is left early, to be read in another way. */
    async *counted(source: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array> {
      let left = length;
      try {
        for await (const piece of source) {
          left -= piece.length;
          bytes += piece.length;
          yield piece;
        }
      } finally {
        bytes += left;
      }
    },
  };
}
