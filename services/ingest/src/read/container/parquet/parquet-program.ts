/** Program of the process that reads one Parquet file: its rows go to stdout, and why it cannot be read to stderr. */
import { once } from 'node:events';
import { Unreadable } from '../limits.ts';
import type { ParquetLimits } from './check-pages.ts';
import { parquetLines } from './parquet-lines.ts';
import { refusedExit } from './parquet-rows.ts';

// The columns within a list or an object are read beside each other, and the error of one of them ends the reading.
process.on('unhandledRejection', () => undefined);

const [path = '', limits = '{}'] = process.argv.slice(2);
try {
  for await (const lines of parquetLines(path, JSON.parse(limits) as ParquetLimits))
    if (!process.stdout.write(lines)) await once(process.stdout, 'drain');
} catch (error) {
  if (!(error instanceof Unreadable)) throw error;
  process.stderr.write(error.message);
  process.exitCode = refusedExit;
}
