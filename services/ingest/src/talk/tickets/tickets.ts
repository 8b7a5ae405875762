import { LatheError } from '@lathe/contracts/error';
import { isDeeperThan } from '@lathe/contracts/json-depth';
import { sizeText } from '@lathe/contracts/words/size';
import { usualText } from '@lathe/platform/text/usual-text';
import { records } from '../../read/csv-records.ts';
import { readLines } from '../../read/line-reader.ts';
import type { TalkPair } from '../pair.ts';
import type { Tally } from '../tally.ts';
import { utf8 } from '../utf8.ts';
import { ticketsIn } from './json.ts';
import { ticketsOfMailbox } from './mailbox.ts';
import { type TicketRules, ticketDefaults, ticketReader } from './pairs.ts';
import { ticketsOfTable } from './table.ts';
import type { Ticket } from './ticket.ts';

export type TicketOptions = TicketRules & {
  /** For mailboxes: addresses or `@domains` of those who answer. */
  readonly agents: readonly string[];
};

export const ticketOptionDefaults: TicketOptions = { ...ticketDefaults, agents: [] };

/** A file of tickets; its bytes may be read more than once. */
export type TicketFile = { readonly name: string; readonly read: () => AsyncIterable<Uint8Array> };

/** What one file may take of memory; a test may hold other values. */
export type TicketLimits = {
  /** Of a JSON document that is no JSONL. */
  readonly maxJsonBytes: number;
  readonly maxLineBytes: number;
  readonly maxMailBytes: number;
  readonly maxLetters: number;
};

export const ticketLimits: TicketLimits = {
  maxJsonBytes: 128 * 1024 * 1024,
  maxLineBytes: 8 * 1024 * 1024,
  maxMailBytes: 32 * 1024 * 1024,
  maxLetters: 256 * 1024 * 1024,
};

const deepest = 64;
/** By which a file's kind is told. */
const mostHeadBytes = 64 * 1024;

/**
 * The tickets of one file as examples: Zendesk-like JSON or JSON Lines, a table (CSV, TSV) or a mailbox (mbox), told
 * apart by their first bytes. Throws `invalid_file_format` for what is none of these.
 */
export async function* ticketFilePairs(
  file: TicketFile,
  {
    options,
    tally,
    limits = ticketLimits,
  }: { readonly options: TicketOptions; readonly tally: Tally; readonly limits?: TicketLimits },
): AsyncGenerator<TalkPair> {
  const read = ticketReader(options, tally);
  for await (const ticket of ticketsOfFile(file, { options, tally, limits })) {
    const pair = read(ticket);
    if (pair !== undefined) yield pair;
  }
}

async function* ticketsOfFile(
  given: TicketFile,
  {
    options,
    tally,
    limits,
  }: { readonly options: TicketOptions; readonly tally: Tally; readonly limits: TicketLimits },
): AsyncGenerator<Ticket> {
  const file: TicketFile = { ...given, read: () => usualText(given.read()) };
  const head = await firstText(file);
  if (/^From \S+.*\d{1,2}:\d{2}.*\d{4}/.test(head)) {
    yield* ticketsOfMailbox(file.read(), {
      ...limits,
      file: file.name,
      agents: options.agents,
      tally,
    });
  } else if (/^\s*[[{]/.test(head)) yield* ticketsOfJson(file, { tally, limits });
  else {
    const [line = ''] = head.split(/\r?\n/, 1);
    const delimiter =
      [',', '\t', ';'].toSorted((a, b) => line.split(b).length - line.split(a).length)[0] ?? ',';
    const rows = records(file.read(), delimiter, limits.maxLineBytes);
    yield* ticketsOfTable(rows, { file: file.name, delimiter, tally });
  }
}

/** JSON Lines where each line is an object; else the document as a whole. */
async function* ticketsOfJson(
  file: TicketFile,
  { tally, limits }: { readonly tally: Tally; readonly limits: TicketLimits },
): AsyncGenerator<Ticket> {
  if (await isJsonLines(file, limits)) {
    for await (const line of readLines(file.read(), limits.maxLineBytes)) {
      const place = `line ${line.number}`;
      const value =
        'bytes' in line ? parsed(line.bytes) : `it is longer than ${sizeText(limits.maxLineBytes)}`;
      if (typeof value === 'string') tally.add(`a line of which ${value}`, `${file.name} ${place}`);
      else yield* ticketsIn(value.json, { file: file.name, place });
    }
    return;
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of file.read()) {
    length += chunk.length;
    if (length > limits.maxJsonBytes)
      throw new LatheError(
        'file_too_large',
        `${JSON.stringify(file.name)} is one JSON document of more than ${sizeText(limits.maxJsonBytes)}; give it as JSON Lines, one ticket a line.`,
      );
    chunks.push(chunk);
  }
  const value = parsed(Buffer.concat(chunks));
  if (typeof value === 'string')
    throw new LatheError(
      'invalid_file_format',
      `${JSON.stringify(file.name)} cannot be read as tickets: ${value}.`,
    );
  yield* ticketsIn(value.json, { file: file.name, place: 'the file' });
}

async function isJsonLines(file: TicketFile, limits: TicketLimits): Promise<boolean> {
  for await (const line of readLines(file.read(), limits.maxLineBytes)) {
    if (!('bytes' in line)) return false;
    const value = parsed(line.bytes);
    return (
      typeof value !== 'string' && !Array.isArray(value.json) && !('tickets' in Object(value.json))
    );
  }
  return false;
}

/** The value in a wrapper, or what is wrong. */
function parsed(bytes: Uint8Array): { readonly json: unknown } | string {
  if (isDeeperThan(bytes, deepest)) return `it is nested deeper than ${deepest} levels`;
  const text = utf8(bytes);
  if (text === undefined) return 'it is not valid UTF-8';
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    return 'it is no JSON';
  }
}

async function firstText(file: TicketFile): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of file.read()) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= mostHeadBytes) break;
  }
  return Buffer.concat(chunks)
    .subarray(0, mostHeadBytes)
    .toString()
    .replace(/^\ufeff/, '');
}
