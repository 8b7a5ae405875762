import { LatheError } from '@lathe/contracts/error';
import { splitCells, type TableRecord } from '../../read/csv-records.ts';
import { htmlText } from '../faq/html-blocks.ts';
import type { Tally } from '../tally.ts';
import { utf8 } from '../utf8.ts';
import { type Comment, isAgentRole, ratingOf, type Ticket } from './ticket.ts';

const names = {
  id: /^(?:ticket[ _]?id|ticket|case[ _]?(?:id|number)|conversation[ _]?id|id|number)$/i,
  subject: /^(?:subject|title|ticket[ _]subject|summary)$/i,
  status: /^(?:status|state|ticket[ _]status)$/i,
  rating:
    /^(?:satisfaction(?:[ _](?:rating|score))?|csat|rating|customer[ _]satisfaction[ _]rating)$/i,
  role: /^(?:author[ _](?:role|type)|role|sender[ _]?(?:role|type)?|from|author|direction)$/i,
  isPublic: /^(?:public|is[ _]public|visibility|comment[ _]type)$/i,
  text: /^(?:body|comment|message|text|content|comment[ _]body)$/i,
  question: /^(?:description|ticket[ _]description|question|request|customer[ _]message|inquiry)$/i,
  answer: /^(?:resolution|answer|reply|response|agent[ _](?:reply|message|response)|solution)$/i,
} as const;

type Columns = { readonly [Name in keyof typeof names]: number };

/**
 * The tickets of a table: one row a comment (columns for the ticket's id, the author's role and the text; rows of one
 * ticket follow each other), or one row a ticket (a column with the question and one with the answer).
 */
export async function* ticketsOfTable(
  rows: AsyncIterable<TableRecord>,
  {
    file,
    delimiter,
    tally,
  }: { readonly file: string; readonly delimiter: string; readonly tally: Tally },
): AsyncGenerator<Ticket> {
  let columns: Columns | undefined;
  let open: (Omit<Ticket, 'comments'> & { comments: Comment[] }) | undefined;
  const done = new Set<string>();
  for await (const row of rows) {
    const place = `line ${row.number}`;
    const cells = cellsOf(row, delimiter);
    if (typeof cells === 'string') {
      // Quotes that do not end take the lines after them into the row.
      for (let at = 0; at < row.lines; at++)
        tally.add(`a row of which ${cells}`, `${file} line ${row.number + at}`);
      continue;
    }
    if (columns === undefined) {
      columns = columnsOf(cells, file);
      continue;
    }
    const cell = (name: keyof Columns): string => cells[columns?.[name] ?? -1] ?? '';
    const head = {
      id: cell('id') || place,
      subject: cell('subject'),
      status: cell('status').trim().toLowerCase(),
      rating: ratingOf(cell('rating')),
      ...{ file, place },
    };
    if (columns.text === -1) {
      const said = (name: 'question' | 'answer', from: Comment['from']): Comment => ({
        id: name,
        from,
        isPublic: true,
        text: htmlText(cell(name)),
      });
      yield { ...head, comments: [said('question', 'customer'), said('answer', 'agent')] };
      continue;
    }
    if (open !== undefined && open.id !== head.id) {
      yield open;
      done.add(open.id);
      open = undefined;
    }
    if (done.has(head.id)) {
      tally.add("a comment that stands apart from its ticket's others", `${file} ${place}`);
      continue;
    }
    open ??= { ...head, comments: [] };
    open.comments.push({
      id: place,
      from: isAgent(cell('role')) ? 'agent' : 'customer',
      isPublic: !/^(?:false|no|0|private|internal|note|internal note)$/i.test(
        cell('isPublic').trim(),
      ),
      text: htmlText(cell('text')),
    });
  }
  if (open !== undefined) yield open;
}

/** The cells of a row, or what is wrong with it. */
function cellsOf(row: TableRecord, delimiter: string): string[] | string {
  if (!('bytes' in row)) return 'it is too long';
  const text = utf8(row.bytes);
  return text === undefined ? 'it is not valid UTF-8' : splitCells(text, delimiter);
}

function isAgent(role: string): boolean {
  return isAgentRole(role) || /^(?:out|outbound|outgoing)$/i.test(role.trim());
}

function columnsOf(cells: readonly string[], file: string): Columns {
  const entries = Object.entries(names).map(([name, pattern]) => [
    name,
    cells.findIndex((cell) => pattern.test(cell.replace(/^\ufeff/, '').trim())),
  ]);
  const columns = Object.fromEntries(entries) as Columns;
  const isComments = columns.id !== -1 && columns.role !== -1 && columns.text !== -1;
  const isTickets = columns.question !== -1 && columns.answer !== -1;
  if (!isComments && !isTickets)
    throw new LatheError(
      'invalid_file_format',
      `The first line of ${JSON.stringify(file)} names no columns of tickets: ticket_id, author_role and body for one row a comment, or description and resolution for one row a ticket.`,
    );
  return isComments ? columns : { ...columns, text: -1 };
}
