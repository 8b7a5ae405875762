import { open } from 'node:fs/promises';

/** Beginnings of files that a job reads and this command does not. */
const beginnings: readonly (readonly [hex: string, is: string])[] = [
  ['1f8b', 'packed with gzip'],
  ['28b52ffd', 'packed with zstd'],
  ['504b03', 'a zip archive'],
  ['50415231', 'a Parquet file'],
  ['5b', 'a JSON array'],
];

/** Forms of rows that a job reads and this command does not, by the fields that they are told by. */
const foreign: readonly (readonly [form: string, fields: readonly string[]])[] = [
  ['alpaca', ['instruction', 'output']],
  ['sharegpt', ['conversations']],
  ['gemini', ['contents']],
  ['chat with "system" beside its messages', ['messages', 'system']],
  ['glaive', ['system', 'chat']],
  ['squad', ['paragraphs']],
];
const instead = 'a job takes it, and an inspection makes JSON Lines of it (its repaired file)';

/** Throws RangeError that names what a file is where it holds no JSON Lines. */
export async function requireJsonLines(file: string): Promise<void> {
  await using handle = await open(file);
  const head = Buffer.alloc(4096);
  const { bytesRead } = await handle.read(head, 0, head.length, 0);
  const text = head.toString('latin1', 0, bytesRead).trimStart();
  const start = Buffer.from(text.slice(0, 8), 'latin1').toString('hex');
  const found = beginnings.find(([hex]) => start.startsWith(hex));
  const is = found?.[1] ?? (text === '' || text.startsWith('{') ? undefined : 'text or a table');
  if (is === undefined) return;
  throw new RangeError(`${file} is ${is}, and tune:local reads JSON Lines alone; ${instead}`);
}

/** Throws RangeError that names the form of a record that only a job reads. */
export function refuseForeign(record: Readonly<Record<string, unknown>>): void {
  const found = foreign.find(([, fields]) => fields.every((field) => field in record));
  if (found === undefined) return;
  throw new RangeError(
    `the record has the form ${found[0]}, which tune:local does not read; ${instead}`,
  );
}
