/** Program of the process that reads one Parquet file: what is told of its columns and its rows go to stdout, and why it cannot be read to stderr. */
import { writeSync } from 'node:fs';
import { Unreadable } from '../limits.ts';
import type { ParquetLimits } from './check-pages.ts';
import { writeParquetLines } from './parquet-lines.ts';
import { fileNumber, refusedExit } from './parquet-protocol.ts';

/** Later versions of Node 24 have it, and its types do not yet: https://nodejs.org/api/process.html#processpermissiondropscope-reference */
declare global {
  namespace NodeJS {
    interface ProcessPermission {
      drop?(scope: 'fs.read' | 'fs.write'): void;
    }
  }
}

// All of the program is there. From here on no file can be opened, where Node can do that: what is open is enough.
process.permission.drop?.('fs.write');
process.permission.drop?.('fs.read');

// The columns within a list or an object are read beside each other, and the error of one of them ends the reading.
process.on('unhandledRejection', () => undefined);

const stdout = 1;
const [limits = '{}'] = process.argv.slice(2);
try {
  const write = (piece: Uint8Array): void => {
    for (let at = 0; at < piece.length; ) at += writeSync(stdout, piece, at);
  };
  await writeParquetLines(fileNumber, JSON.parse(limits) as ParquetLimits, {
    tell: (features) => write(Buffer.from(`${JSON.stringify(features)}\n`)),
    write,
  });
} catch (error) {
  if (!(error instanceof Unreadable)) throw error;
  process.stderr.write(error.message);
  process.exitCode = refusedExit;
}
