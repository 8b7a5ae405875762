/** Program of the process that reads one Parquet file: its rows go to stdout, and why it cannot be read to stderr. */
import { writeSync } from 'node:fs';
import { Unreadable } from '../limits.ts';
import type { ParquetLimits } from './check-pages.ts';
import { writeParquetLines } from './parquet-lines.ts';
import { refusedExit } from './parquet-rows.ts';

// The columns within a list or an object are read beside each other, and the error of one of them ends the reading.
process.on('unhandledRejection', () => undefined);

const stdout = 1;
const [path = '', limits = '{}'] = process.argv.slice(2);
try {
  await writeParquetLines(path, JSON.parse(limits) as ParquetLimits, (piece) => {
    for (let at = 0; at < piece.length; ) at += writeSync(stdout, piece, at);
  });
} catch (error) {
  if (!(error instanceof Unreadable)) throw error;
  process.stderr.write(error.message);
  process.exitCode = refusedExit;
}
