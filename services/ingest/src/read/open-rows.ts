import { LatheError } from '@lathe/contracts/error';
import { readTable, tableOf } from './csv.ts';
import { type Line, readLines } from './lines.ts';

/** More bytes than the first line of a table has. */
const mostHeaderBytes = 64 * 1024;

/**
 * The rows of a file as lines of JSON: those of JSON Lines as they are, those of a table (CSV) as objects by the names in its
 * first line. Throws `invalid_file_format` for a table that names a column twice.
 */
export async function* readRowLines(
  source: AsyncIterable<Uint8Array>,
  { param, maxLineBytes }: { readonly param: string; readonly maxLineBytes: number },
): AsyncGenerator<Line> {
  const chunks = source[Symbol.asyncIterator]();
  try {
    const head: Uint8Array[] = [];
    let first = '';
    while (!first.includes('\n') && first.length < mostHeaderBytes) {
      const chunk = await chunks.next();
      if (chunk.done === true) break;
      head.push(chunk.value);
      first = Buffer.concat(head).subarray(0, mostHeaderBytes).toString();
    }
    const [line = ''] = first.replace(/^\ufeff/, '').split(/\r?\n/);
    const table = tableOf(line);
    const whole = chain(head, chunks);
    if (table === undefined) {
      yield* readLines(whole, maxLineBytes);
      return;
    }
    const named = table.columns.filter((name) => name !== '');
    const twice = named.find((name, at) => named.indexOf(name) < at);
    if (twice !== undefined)
      throw new LatheError(
        'invalid_file_format',
        `The first line names the column ${JSON.stringify(twice)} twice.`,
        { param },
      );
    yield* readTable(whole, table, maxLineBytes);
  } finally {
    // A file that is refused by its first lines is closed all the same.
    await chunks.return?.();
  }
}

async function* chain(
  head: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* head;
  for (let chunk = await rest.next(); chunk.done !== true; chunk = await rest.next())
    yield chunk.value;
}
