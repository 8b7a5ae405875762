import { once } from 'node:events';
import { createWriteStream, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGzip } from 'node:zlib';
import { parquetWriteFile } from 'hyparquet-writer';

export const formats = ['jsonl', 'csv', 'jsonl.gz', 'parquet'] as const;
export type Format = (typeof formats)[number];

const root = join(import.meta.dirname, '../..');

/** Paragraphs of the project's own text and code, each of a size that rows have. */
const paragraphs = globSync(['*.md', '{packages,services,docs}/**/*.{md,ts}'], { cwd: root })
  .sort()
  .flatMap((file) => readFileSync(join(root, file), 'utf8').split(/(?<=\n\n)/))
  .filter(({ length }) => length > 20 && length < 500);

type Row = { readonly prompt: string; readonly completion: string };

/** The same rows on every machine: no two alike, questions of a paragraph and answers of two. */
export function* benchRows(): Generator<Row> {
  let state = 1;
  const next = (): string => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return paragraphs[(state >>> 8) % paragraphs.length] ?? '';
  };
  for (let count = 0; ; count++)
    yield { prompt: `Case ${count}. ${next()}`, completion: ` ${next()}${next()}` };
}

const chat = ({ prompt, completion }: Row): string =>
  `${JSON.stringify({
    messages: [
      { role: 'system', content: 'You answer questions about the project.' },
      { role: 'user', content: prompt },
      { role: 'assistant', content: completion },
    ],
  })}\n`;
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const record = ({ prompt, completion }: Row): string => `${quoted(prompt)},${quoted(completion)}\n`;

/** Writes a file of so many bytes of rows, before it is packed, and returns how many rows there are. */
export async function writeRows(path: string, format: Format, bytes: number): Promise<number> {
  if (format === 'parquet') return writeParquet(path, bytes);
  const file = createWriteStream(path);
  const out = format === 'jsonl.gz' ? createGzip({ level: 1 }) : file;
  if (out !== file) out.pipe(file);
  const write = format === 'csv' ? record : chat;
  if (format === 'csv') out.write('prompt,completion\n');
  let [written, rows] = [0, 0];
  for (const row of benchRows()) {
    if (written >= bytes) break;
    const text = write(row);
    written += Buffer.byteLength(text);
    rows++;
    if (!out.write(text)) await once(out, 'drain');
  }
  out.end();
  await once(file, 'close');
  return rows;
}

function writeParquet(path: string, bytes: number): number {
  const rows: Row[] = [];
  let size = 0;
  for (const row of benchRows()) {
    if (size >= bytes) break;
    rows.push(row);
    size += Buffer.byteLength(row.prompt) + Buffer.byteLength(row.completion);
  }
  const column = (name: keyof Row) => ({
    ...{ name, type: 'STRING' as const },
    data: rows.map((row) => row[name]),
  });
  parquetWriteFile({
    filename: path,
    columnData: [column('prompt'), column('completion')],
    rowGroupSize: 10_000,
  });
  return rows.length;
}
