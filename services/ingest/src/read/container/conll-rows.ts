import type { Line } from '../lines.ts';
import {
  type ConllLayout,
  cellsOf,
  columnsTold,
  isBeside,
  otherName,
  partsDocuments,
} from './conll-layout.ts';
import type { RowSink } from './options.ts';

/**
 * The sentences of a file of one word a line as rows `{tokens, ner_tags}` (`tags` where they mark no spans; `ner_tags_2` and so on of
 * further columns), each with the line on which it begins. A sentence ends at a blank line, where a document begins or ends, and where the
 * numbers of its words begin again. A line that is not like the others is a problem. Memory stays below one
 * chunk and `maxLineBytes`.
 */
export async function* conllRows(
  lines: AsyncIterable<Line>,
  layout: ConllLayout,
  { maxLineBytes, tell }: Pick<RowSink, 'maxLineBytes' | 'tell'>,
): AsyncGenerator<Line> {
  const message = columnsTold(layout);
  if (message !== undefined) tell({ number: 0, rule: 'word-columns', message });
  const read: readonly (readonly [name: string, column: number])[] = [
    ['tokens', layout.word],
    [layout.name, layout.tag],
    ...layout.others.map((column, at) => [otherName(at), column] as const),
  ];
  let hasNames = layout.hasNames;
  let begins = 0;
  let last = 0;
  let length = 0;
  let before = 0;
  const emptied = (): string[][] => read.map(() => []);
  let lists = emptied();
  const take = (): Line[] => {
    const isLong = length > maxLineBytes;
    const isEmpty = lists[0]?.length === 0;
    const row = read.map(([name], at) => [name, lists[at]]);
    lists = emptied();
    length = 0;
    if (isLong) return [{ number: begins, tooLong: true }];
    if (isEmpty) return [];
    return [{ number: begins, bytes: Buffer.from(JSON.stringify(Object.fromEntries(row))) }];
  };
  for await (const line of lines) {
    // Blank lines are left out, but counted.
    if (line.number > last + 1) yield* take();
    last = line.number;
    if (!('bytes' in line)) {
      yield line;
      continue;
    }
    const text = Buffer.from(line.bytes).toString();
    if (isBeside(text, layout)) {
      if (partsDocuments(text)) yield* take();
      continue;
    }
    if (hasNames) {
      hasNames = false;
      const message = 'the line names the columns, and is no row';
      tell({ number: line.number, rule: 'preamble', message });
      continue;
    }
    const cells = cellsOf(text, layout.separator);
    if (cells.length !== layout.columns) {
      const message = `the line has ${cells.length} columns, and most lines have ${layout.columns}`;
      yield { number: line.number, problem: { rule: 'columns', message } };
      continue;
    }
    // Parts of words that are written as one, and words that are not written, in CoNLL-U.
    if (layout.isNumbered && /[-.]/.test(cells[0] as string)) continue;
    if (layout.isNumbered) {
      const place = Number(cells[0]);
      // Numbers begin at 0 or at 1, so that a 1 behind a 0 goes on.
      if (place <= 1 && place !== before + 1) yield* take();
      before = place;
    }
    if (lists[0]?.length === 0) begins = line.number;
    length += line.bytes.length;
    // What is over the limit is not kept, only counted.
    if (length > maxLineBytes) lists = emptied();
    for (const [at, [, column]] of read.entries()) lists[at]?.push(cells[column] as string);
  }
  yield* take();
}
