import type { TokenizedExample } from './example.ts';

/**
 * A row of a dataset in tokens, with what its task knows of it, in the columns of a shard:
 * - `types`: 0 for the first text of a pair, 1 for the second;
 * - `labels`: of token classification, a label a token; negative: not asked about;
 * - `target`: of classification the place of the label, a 0 or 1 for each, or numbers; of scored pairs of texts their
 *   score, from 0 to 1; of rewards the score of a text, or in a group the margin of its first answer;
 * - `span`: of question answering the first and the last token of the answer; 0 and 0 where there is none;
 * - `group`: rows one after another with the same number are one example: an anchor, its positive, its negatives; two
 *   texts with a score; a better and a worse answer; or the windows of one text, of tags and of questions.
 *
 * `supervised` are the tokens that are learned of a text, and of masked language modelling those that may be hidden.
 * @example const row: TaskRow = { ...textExample([1, 2, 3]), target: Float32Array.of(1) };
 */
export type TaskRow = TokenizedExample & {
  readonly types?: Uint8Array | undefined;
  readonly labels?: Int32Array | undefined;
  readonly target?: Float32Array | undefined;
  readonly span?: Int32Array | undefined;
  readonly group?: Int32Array | undefined;
};

type Column = Exclude<keyof TaskRow, keyof TokenizedExample>;

/** A column that a task cannot do without. Throws RangeError where the row lacks it. */
export function columnOf<Name extends Column>(
  row: TaskRow,
  name: Name,
): Exclude<TaskRow[Name], undefined> {
  const column = row[name];
  if (column === undefined) throw new RangeError(`a row lacks the column "${name}"`);
  return column as Exclude<TaskRow[Name], undefined>;
}

/** The tokens of a row as an encoder reads them. */
export function textOf({ tokens, types }: TaskRow) {
  return types === undefined ? { tokens } : { tokens, types: Int32Array.from(types) };
}

/** Rows that are one example each. Throws RangeError where a row has no group. */
export function groupsOf(rows: readonly TaskRow[]): [TaskRow, ...TaskRow[]][] {
  const groups: [TaskRow, ...TaskRow[]][] = [];
  let last: number | undefined;
  for (const row of rows) {
    const number = columnOf(row, 'group')[0];
    const open = groups.at(-1);
    if (open !== undefined && number === last) open.push(row);
    else groups.push([row]);
    last = number;
  }
  return groups;
}
