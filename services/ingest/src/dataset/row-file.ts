import { once } from 'node:events';
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { fileKey } from '@lathe/contracts/artifact/key';
import { type FileRecord, processedFile } from '@lathe/contracts/record/file';
import type { DataPorts } from '../data-ports.ts';

/** A file of JSON Lines that is being made. */
export type RowFile = {
  /** Adds a row, as a value or as the line that it is already. */
  readonly add: (row: object | Uint8Array) => Promise<void>;
  readonly rows: () => number;
  /** Stores what was added, as a file of the project; call once. */
  readonly store: (about: {
    readonly id: string;
    readonly filename: string;
    readonly purpose: FileRecord['purpose'];
    readonly lineage?: FileRecord['lineage'];
  }) => Promise<FileRecord>;
  /** Closes the local file; its folder is its owner's. */
  readonly close: () => void;
};

/** An empty file in the work's folder. */
export function createRowFile(
  ports: Pick<DataPorts, 'artifacts' | 'project' | 'now' | 'workFolder' | 'signal'>,
  name: string,
): RowFile {
  const path = join(ports.workFolder, `${name}.jsonl`);
  const stream: WriteStream = createWriteStream(path);
  let rows = 0;
  const newline = Buffer.from('\n');
  return {
    rows: () => rows,
    async add(row) {
      ports.signal.throwIfAborted();
      rows++;
      const bytes = row instanceof Uint8Array ? row : Buffer.from(JSON.stringify(row));
      stream.write(bytes);
      if (!stream.write(newline)) await once(stream, 'drain', { signal: ports.signal });
    },
    async store({ id, filename, purpose, lineage }) {
      stream.end();
      await finished(stream);
      const key = fileKey(ports.project, id);
      const stored = await ports.artifacts.put(key, createReadStream(path));
      return processedFile(
        { id, project: ports.project, filename, purpose, key, ...stored, lineage },
        ports.now(),
      );
    },
    close: () => {
      stream.destroy();
    },
  };
}
