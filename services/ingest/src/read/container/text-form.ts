import { type OtherLine, readTable } from '../csv.ts';
import type { Table } from '../csv-line.ts';
import { readLineGroups, readLines } from '../line-reader.ts';
import { eachAlone, type LineGroup } from '../lines.ts';
import { type ConllLayout, conllLayoutOf } from './conll-layout.ts';
import { conllRows } from './conll-rows.ts';
import { jsonRows } from './json-rows.ts';
import { jsonLayoutOf, type Layout, namesWithin } from './layout.ts';
import { Unreadable } from './limits.ts';
import type { Note, RowSink } from './options.ts';
import { tableLayoutOf } from './table-layout.ts';
import { type TextLayout, textLayoutOf, textRows } from './text-rows.ts';

/** Columns that a note names. */
const mostNamed = 20;

/** How a text holds its rows. */
export type TextForm =
  | {
      readonly is: 'json';
      readonly layout: Layout;
      /** Of one value a line the keys of the first object. */
      readonly keys: readonly string[];
      /** The name of the first list of rows in an object, where it says more than that they are rows. */
      readonly list: string | undefined;
    }
  | { readonly is: 'conll'; readonly layout: ConllLayout }
  | { readonly is: 'table'; readonly layout: Table }
  | { readonly is: 'text'; readonly layout: TextLayout };

/** The form of a text that begins so; `isWhole` says that nothing follows, `name` what it is called. */
export async function textFormOf(
  head: Buffer,
  { isWhole, name }: { readonly isWhole: boolean; readonly name: string },
): Promise<TextForm> {
  const text = head.toString();
  const json = jsonLayoutOf(text, isWhole);
  if (json !== undefined) return { is: 'json', layout: json, ...namesWithin(text, json) };
  const conll = conllLayoutOf(text, isWhole);
  if (conll !== undefined) return { is: 'conll', layout: conll };
  const isTable = /\.(csv|tsv|tab)$/i.test(name);
  const table = await tableLayoutOf(head, { isWhole, isTable });
  if (table !== undefined) return { is: 'table', layout: table };
  return { is: 'text', layout: textLayoutOf(text, name) };
}

/** The rows of a text of that form. Throws Unreadable for a table that names a column twice. */
export async function* textFormRows(
  whole: AsyncIterable<Uint8Array>,
  form: TextForm,
  sink: RowSink,
): AsyncGenerator<LineGroup> {
  const { maxLineBytes, textRowBytes } = sink;
  switch (form.is) {
    case 'json':
      if (form.layout === 'lines') yield* readLineGroups(whole, maxLineBytes);
      else yield* eachAlone(jsonRows(whole, form.layout, sink));
      return;
    case 'conll':
      return yield* eachAlone(conllRows(readLines(whole, maxLineBytes), form.layout, sink));
    case 'table':
      return yield* tableRows(whole, form.layout, sink);
    case 'text':
      return yield* eachAlone(textRows(readLines(whole, maxLineBytes), form.layout, textRowBytes));
  }
}

async function* tableRows(
  whole: AsyncIterable<Uint8Array>,
  table: Table,
  { maxLineBytes, tell, openTable }: RowSink,
): AsyncGenerator<LineGroup> {
  const named = table.columns.filter((name) => name !== '');
  const twice = named.find((name, at) => named.indexOf(name) < at);
  if (twice !== undefined)
    throw new Unreadable(`names the column ${JSON.stringify(twice)} twice in its first line`);
  const { preamble = 0 } = table;
  if (preamble > 0)
    tell({
      number: 1,
      rule: 'preamble',
      message:
        preamble === 1
          ? 'the line stands before the names of the columns, and is no row'
          : `the first ${preamble} lines stand before the names of the columns, and are no rows`,
    });
  if (table.areQuotesText)
    tell({
      number: 0,
      rule: 'quotes-as-text',
      message: 'Quotes in the table do not surround cells, and are taken as letters',
    });
  if (table.isNameless)
    tell({
      number: 1,
      rule: 'no-names',
      message: `the first line of the table names no columns; they are called ${table.columns.join(', ')}`,
    });
  const nameless = table.columns.flatMap((name, at) => (name === '' ? [at + 1] : []));
  if (nameless.length > 0)
    tell({
      number: 0,
      rule: 'no-name',
      message:
        nameless.length === 1
          ? `Column ${nameless[0]} of the table has no name, and was left out`
          : `Columns ${nameless.slice(0, mostNamed).join(', ')} of the table have no name, and were left out`,
    });
  yield* readTable(whole, table, {
    maxBytes: maxLineBytes,
    onOther: (number, is) => tell({ number, ...others[is] }),
    openTable,
  });
}

/** What lines of tables are that are no rows. */
const others: Readonly<Record<OtherLine, Pick<Note, 'rule' | 'message'>>> = {
  empty: { rule: 'empty-row', message: 'the row has only empty cells, and was left out' },
  names: {
    rule: 'names-again',
    message: 'the line names the columns again, and is no row',
  },
};
