import { createHash } from 'node:crypto';
import type { RepairRequest } from '@lathe/contracts/http/dataset';
import { createTally } from '../talk/tally.ts';
import { type Made, type Making, madeName, sourceOf } from './making.ts';
import { objectRows } from './object-rows.ts';

/** Rows whose hashes are kept, to know those that come again. */
const mostHashes = 5_000_000;

/**
 * A file with what can be set right without guessing: rows that cannot be read or are empty go, and those that are there
 * twice; texts lose halves of characters and control characters, and lines end alike. What stands in the rows stays
 * otherwise.
 */
export async function repairFile({ file }: RepairRequest, making: Making): Promise<Made> {
  const { sinks, ports } = making;
  const source = sourceOf(making, file);
  const tally = createTally();
  const seen = new Set<string>();
  for await (const { line, value } of objectRows(source, { ports, tally })) {
    const place = `${source.record.filename} line ${line}`;
    const row = repaired(value, () =>
      tally.add('a text with characters that no text has, now without them', place),
    );
    const json = JSON.stringify(row);
    const key = createHash('sha256').update(json).digest('base64');
    if (Object.keys(value).length === 0) tally.add('an empty row', place);
    else if (seen.has(key)) tally.add('a row that is there already', place);
    else {
      if (seen.size < mostHashes) seen.add(key);
      await sinks.rows.add(Buffer.from(json));
    }
    ports.progress({ rows: sinks.rows.rows() });
  }
  return {
    unused: tally.list(),
    rowsBySource: { [file]: sinks.rows.rows() },
    filename: madeName(source.record.filename, 'repaired'),
  };
}

/** The value with its texts set right; tells when a text was wrong. The reader bounds its depth. */
function repaired(value: unknown, tell: () => void): unknown {
  if (typeof value === 'string') {
    const right = value
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufeff]/g, '');
    if (right !== value) tell();
    return right.replaceAll(/\r\n?/g, '\n');
  }
  if (Array.isArray(value)) return value.map((each) => repaired(each, tell));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, repaired(each, tell)]),
    );
  return value;
}
