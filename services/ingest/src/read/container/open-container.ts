import { LatheError } from '@lathe/contracts/error';
import { readTable, type Table } from '../csv.ts';
import { type Line, readLines } from '../lines.ts';
import { conllLayoutOf, conllRows } from './conll-rows.ts';
import { jsonRows } from './json-rows.ts';
import { jsonLayoutOf } from './layout.ts';
import { type Budget, createBudget, refusal, Unreadable } from './limits.ts';
import type { ContainerOptions, RowSink } from './options.ts';
import { peek } from './peek.ts';
import { signatureOf } from './signature.ts';
import { tableLayoutOf } from './table-layout.ts';
import { textLayoutOf, textRows } from './text-rows.ts';
import { unpack } from './unpack.ts';

/**
 * The rows of an upload as lines of JSON, whatever it is by its bytes: JSON of any layout, tables, words with tags, text, each
 * also packed. Memory does not grow with the file. Throws `invalid_file_format` in one sentence for what is none of these,
 * damaged, cut short, or unpacks to more than the limits.
 */
export async function* readContainer(
  source: AsyncIterable<Uint8Array>,
  options: ContainerOptions,
): AsyncGenerator<Line> {
  let last = 0;
  try {
    for await (const line of layers(source, { options, budget: createBudget(options.limits) })) {
      last = line.number;
      yield line;
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const place = last === 0 ? '' : ` after line ${last}`;
    throw refusal(options.param, `${error.message}${place}`, error);
  }
}

type Reading = { readonly options: ContainerOptions; readonly budget: Budget };

async function* layers(
  source: AsyncIterable<Uint8Array>,
  { options, budget }: Reading,
): AsyncGenerator<Line> {
  const { limits, param } = options;
  let name = options.name ?? '';
  let bytes = source;
  for (let layer = 0; ; layer++) {
    const { head, whole } = await peek(bytes, limits.sniffBytes);
    const signature = signatureOf(head);
    switch (signature.is) {
      case 'gzip':
      case 'zstd':
        if (layer === limits.maxLayers)
          throw new Unreadable(`is packed more than ${limits.maxLayers} times`);
        bytes = unpack(whole, signature.is, budget);
        name = name.replace(/\.(gz|gzip|zst|zstd)$/i, '');
        continue;
      case 'text': {
        yield* textLines({ head, whole, name }, options);
        return;
      }
      case 'refused':
        await whole.return(undefined);
        throw refusal(param, signature.why);
      case 'zip':
      case 'parquet':
        await whole.return(undefined);
        throw refusal(param, `is a ${signature.is} file`);
    }
  }
}

type Text = {
  readonly head: Buffer;
  readonly whole: AsyncIterable<Uint8Array>;
  /** Without what it was packed with. */
  readonly name: string;
};

/** The rows of text, by how it is laid out. */
async function* textLines(
  { head, whole, name }: Text,
  { limits, param, tell, split = 'train' }: ContainerOptions,
): AsyncGenerator<Line> {
  const { maxLineBytes, sniffBytes } = limits;
  const text = head.toString();
  const isWhole = head.length < sniffBytes;
  const json = jsonLayoutOf(text, isWhole);
  if (json === 'lines') return yield* readLines(whole, maxLineBytes);
  if (json !== undefined) {
    const sink: RowSink = { maxLineBytes, tell, wants: (of) => (of ?? 'train') === split };
    return yield* jsonRows(whole, json, sink);
  }
  const conll = conllLayoutOf(text, isWhole);
  if (conll !== undefined)
    return yield* conllRows(readLines(whole, maxLineBytes), conll, maxLineBytes);
  const isTable = /\.(csv|tsv|tab)$/i.test(name);
  const table = await tableLayoutOf(head, { isWhole, isTable });
  if (table !== undefined) {
    requireNames(table, param);
    if (table.isNameless)
      tell({
        number: 1,
        rule: 'no-names',
        message: `the first line of the table names no columns; they are called ${table.columns.join(', ')}`,
      });
    return yield* readTable(whole, table, maxLineBytes);
  }
  const layout = textLayoutOf(text, name);
  return yield* textRows(readLines(whole, maxLineBytes), layout, limits.textRowBytes);
}

function requireNames({ columns }: Table, param: string): void {
  const named = columns.filter((name) => name !== '');
  const twice = named.find((name, at) => named.indexOf(name) < at);
  if (twice !== undefined)
    throw new LatheError(
      'invalid_file_format',
      `The first line names the column ${JSON.stringify(twice)} twice.`,
      { param },
    );
}
