import type { Table } from '../csv-line.ts';
import { type Quoting, records, splitCells } from '../csv-records.ts';
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
  const { lines, bytes, delimiter } = preambleOf(head, isTable);
  const table = await layoutOf(head.subarray(bytes), {
    ...{ isWhole, isTable },
    among: delimiter === undefined ? delimiters : [delimiter],
  });
  return table === undefined || lines === 0 ? table : { ...table, preamble: lines };
}

/** Lines before the names: Excel's `sep=;`, and in a file that is called a table comments. */
function preambleOf(
  head: Buffer,
  isTable: boolean,
): { readonly lines: number; readonly bytes: number; readonly delimiter?: string | undefined } {
  const [before = '', delimiter] =
    /^(?:\u00ef\u00bb\u00bf)?"?sep=([,;\t|])"?\r?\n/i.exec(head.toString('latin1', 0, 20)) ?? [];
  if (delimiter !== undefined) return { lines: 1, bytes: before.length, delimiter };
  const [comments = ''] =
    /^(?:\u00ef\u00bb\u00bf)?(?:# [^\n]*\n)+/.exec(isTable ? head.toString('latin1') : '') ?? [];
  return { lines: comments.split('\n').length - 1, bytes: comments.length };
}

async function layoutOf(
  head: Buffer,
  {
    isWhole,
    isTable,
    among,
  }: {
    readonly isWhole: boolean;
    readonly isTable: boolean;
    readonly among: readonly string[];
  },
): Promise<Table | undefined> {
  const found: Candidate[] = [];
  for (const delimiter of among) {
    const candidate = await candidateOf(head, { delimiter, isWhole });
    const plain = await candidateOf(head, { delimiter, isWhole, areQuotesText: true });
    const isText = plain !== undefined && !isBetter(candidate, plain) && areQuotesText(head, plain);
    const best = isText ? plain : candidate;
    if (best !== undefined) found.push(best);
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
  return { ...best, columns, isNameless: true };
}

/** Whether all rows are right with quotes around cells, and not without, as where cells have several lines. */
function isBetter(quoted: Candidate | undefined, plain: Candidate): boolean {
  return quoted?.share === 1 && plain.share < 1;
}

/**
 * Whether the quotes of a table are letters like any others: of the cells that begin with one few end with one, be it behind a mark that
 * parts cells. Nearly all lines must have as many cells as the first.
 */
function areQuotesText(head: Buffer, { columns, share, delimiter }: Candidate): boolean {
  if (columns.length < 2 || share < sameCells || !head.includes('"')) return false;
  const lines = head.toString().split('\n').slice(1, sampledRecords);
  const cells = lines.map((line) => line.trimEnd().split(delimiter));
  const begun = cells.flatMap((row) =>
    row.flatMap((cell, at) => (cell.startsWith('"') ? [row.slice(at).join(delimiter)] : [])),
  );
  const closed = begun.filter((rest) => isQuoted(rest, delimiter));
  return begun.length > 2 * closed.length;
}

/** Whether the cell that a text begins with stands within quotes. */
function isQuoted(text: string, delimiter: string): boolean {
  const end = /^"(?:[^"]|"")*"/.exec(text)?.[0].length ?? 0;
  return end > 0 && (end === text.length || text[end] === delimiter);
}

async function candidateOf(
  head: Buffer,
  { delimiter, isWhole, ...quoting }: Quoting & { delimiter: string; isWhole: boolean },
): Promise<Candidate | undefined> {
  const found: (string[] | string)[] = [];
  const lines = records(one(head), delimiter, head.length, quoting);
  for await (const line of lines) {
    if ('bytes' in line)
      found.push(splitCells(Buffer.from(line.bytes).toString(), delimiter, quoting));
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
  const share = same.length / (others.length || 1);
  return { delimiter, ...quoting, columns, rows: same, share, isKnown };
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
