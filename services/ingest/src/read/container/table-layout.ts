import type { Table } from '../csv.ts';
import { records, splitCells } from '../csv-records.ts';
import { kindsOf, textNames } from '../shapes.ts';

const delimiters = [',', ';', '\t', '|'] as const;
/** Records that tell whether a file is a table, and the share of them that must have as many cells as the first. */
const sampledRecords = 200;
const sameCells = 0.9;

type Candidate = Table & {
  readonly rows: readonly (readonly string[])[];
  readonly share: number;
  readonly isKnown: boolean;
};

/**
 * The table that a text is of which this is the beginning, by its delimiter and the names in its first record: one with names
 * that make a row that is known, or of which nearly all records have as many cells as the first. A table without names gets
 * `column_1` and so on, and says so by `isNameless`. undefined for any other text; `isTable` says that its name calls it one.
 */
export async function tableLayoutOf(
  head: Buffer,
  { isWhole, isTable }: { readonly isWhole: boolean; readonly isTable: boolean },
): Promise<Table | undefined> {
  const found: Candidate[] = [];
  for (const delimiter of delimiters) {
    const candidate = await candidateOf(head, delimiter, isWhole);
    if (candidate !== undefined) found.push(candidate);
  }
  const known = found.find(({ isKnown }) => isKnown);
  if (known !== undefined) return known;
  const alike = found.filter(
    ({ columns, rows, share }) => columns.length > 1 && rows.length > 0 && share >= sameCells,
  );
  const [best] = alike.toSorted((a, b) => b.share - a.share || b.columns.length - a.columns.length);
  if (best === undefined) return found.find((each) => isColumn(each, isTable));
  if (!isNameless(best)) return isTable || areCells(best) ? best : undefined;
  if (!isTable && best.delimiter !== '\t') return undefined;
  const columns = best.columns.map((_, at) => `column_${at + 1}`);
  return { delimiter: best.delimiter, columns, isNameless: true };
}

async function candidateOf(
  head: Buffer,
  delimiter: string,
  isWhole: boolean,
): Promise<Candidate | undefined> {
  const found: (string[] | string)[] = [];
  const lines = records(one(head), delimiter, head.length);
  for await (const line of lines) {
    if ('bytes' in line) found.push(splitCells(Buffer.from(line.bytes).toString(), delimiter));
    if (found.length > sampledRecords) break;
  }
  // The last may go on.
  if (!isWhole && found.length <= sampledRecords) found.pop();
  const [first, ...others] = found;
  if (first === undefined || typeof first === 'string') return undefined;
  const columns = first.map((cell) => cell.trim());
  const rows = others.filter((cells) => typeof cells !== 'string');
  const same = rows.filter(({ length }) => length === columns.length);
  const isKnown = kindsOf(Object.fromEntries(columns.map((name) => [name, '']))).length > 0;
  return { delimiter, columns, rows: same, share: same.length / (others.length || 1), isKnown };
}

/** Whether it is a table of one column: of JSON below a name, or of texts where its name and that of the file say so. */
function isColumn({ columns, rows }: Candidate, isTable: boolean): boolean {
  const [name, ...others] = columns;
  if (name === undefined || others.length > 0 || rows.length === 0) return false;
  if (isTable && textNames.some((each) => each === name.toLowerCase())) return true;
  return isName(name) && rows.every(([cell]) => isJson(cell ?? ''));
}

/** Whether a cell is a list or an object as JSON. */
function isJson(cell: string): boolean {
  if (!/^\s*[[{]/.test(cell)) return false;
  try {
    JSON.parse(cell);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

async function* one(head: Buffer): AsyncGenerator<Uint8Array> {
  yield head;
}

/** Whether the first record looks like the others: with a cell that its column has again, or that is no name. */
function isNameless({ columns, rows }: Candidate): boolean {
  return columns.some(
    (name, at) =>
      !isName(name) || (name !== '' && rows.some((cells) => cells[at]?.trim() === name)),
  );
}

/** Words that may name a column; the first column of some tables, which counts rows, has none. */
function isName(text: string): boolean {
  return text === '' || (text.length <= 60 && /^[\p{L}_#][^.!?;:,"]{0,60}[?]?$/u.test(text));
}

/** Whether commas part cells, and are not those of sentences, which a blank follows. */
function areCells({ delimiter, rows }: Candidate): boolean {
  if (delimiter !== ',') return true;
  const after = rows.flatMap((cells) => cells.slice(1));
  const spaced = after.filter((cell) => cell.startsWith(' '));
  return 2 * spaced.length < after.length;
}
