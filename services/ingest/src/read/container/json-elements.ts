import { sizeText } from '@lathe/contracts/words/size';
import { type Line, unreadRule } from '../lines.ts';
import { createJsonCursor, type JsonCursor } from './json-cursor.ts';

/** How JSON that is not one value a line is laid out: one list; one object, with lists of rows or rows by name; or values in a row. */
export type JsonLayout = 'array' | 'object' | 'values';

/** An element, with the name of the member of the object that it is or is in; `isAlone` is one that is not in a list. */
export type JsonElement = Line & { readonly under?: string; readonly isAlone?: true };

const [listOpen, listClose, open, close] = [0x5b, 0x5d, 0x7b, 0x7d];
const [comma, colon, quote] = [0x2c, 0x3a, 0x22];
const mostNameBytes = 1024;

/**
 * The elements of JSON text as it streams by, each with the line on which it begins, or where the first ones share the first line with
 * its own number, as of a file without lines; whether one is right JSON itself is seen
 * when it is parsed. Memory stays below one chunk and `maxBytes`: of a longer element only its number comes out. Where the text
 * between elements is no JSON, or ends too early, that is a problem of its line, and the last that comes out: by the rule `unread`
 * where rows may follow.
 */
export async function* jsonElements(
  source: AsyncIterable<Uint8Array>,
  layout: JsonLayout,
  maxBytes: number,
): AsyncGenerator<JsonElement> {
  let count = 0;
  let areOnOneLine = true;
  for await (const element of elementsByLine(source, layout, maxBytes)) {
    // A word or a number about the rows, such as a version, is not counted.
    const isCounted = !element.isAlone || !('bytes' in element) || element.bytes[0] === open;
    // What follows a single element may stand on further lines.
    const isAtEnd = 'problem' in element && count < 2;
    if (isCounted && ++count <= 2) areOnOneLine &&= element.number === 1;
    yield areOnOneLine && count > 0 && !isAtEnd ? { ...element, number: count } : element;
  }
}

async function* elementsByLine(
  source: AsyncIterable<Uint8Array>,
  layout: JsonLayout,
  maxBytes: number,
): AsyncGenerator<JsonElement> {
  const cursor = createJsonCursor(source);
  try {
    if (layout === 'values') yield* values(cursor, maxBytes);
    else {
      yield* layout === 'array' ? list(cursor, maxBytes) : members(cursor, maxBytes);
      if ((await cursor.peek()) !== undefined)
        throw new JsonProblem(`something stands after the end of the JSON ${layout}`);
    }
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    const rule = (await isClosed(cursor)) ? 'json' : unreadRule;
    yield { number: error.line ?? cursor.line, problem: { rule, message: error.message } };
  } finally {
    await cursor.close();
  }
}

/** Whether nothing follows but the ends of lists and objects, as behind a comma too many: no row is lost then. */
async function isClosed(cursor: JsonCursor): Promise<boolean> {
  let closed = 0;
  for (;;) {
    const next = await cursor.peek();
    if (next === undefined) return closed > 0;
    if (next !== listClose && next !== close) return false;
    cursor.skip();
    closed++;
  }
}

/** Where a text is no JSON. */
class JsonProblem extends Error {
  readonly line: number | undefined;

  constructor(message: string, line?: number) {
    super(message);
    this.line = line;
  }
}

async function* values(cursor: JsonCursor, maxBytes: number): AsyncGenerator<JsonElement> {
  for (let next = await cursor.peek(); next !== undefined; next = await cursor.peek()) {
    if (next === comma)
      throw new JsonProblem(
        'a comma stands between JSON values: leave it out, or put "[" before the first and "]" after the last',
      );
    yield await element(cursor, maxBytes);
  }
}

async function* list(cursor: JsonCursor, maxBytes: number): AsyncGenerator<JsonElement> {
  const begins = cursor.line;
  await cursor.peek();
  cursor.skip();
  if ((await cursor.peek()) === listClose) return cursor.skip();
  for (;;) {
    yield await element(cursor, maxBytes);
    const next = await cursor.peek();
    if (next === undefined)
      throw new JsonProblem(`the JSON array that begins on line ${begins} is not closed`);
    if (next !== comma && next !== listClose)
      throw new JsonProblem('a comma or "]" is missing between elements of the JSON array');
    cursor.skip();
    if (next === listClose) return;
  }
}

async function* members(cursor: JsonCursor, maxBytes: number): AsyncGenerator<JsonElement> {
  await cursor.peek();
  cursor.skip();
  if ((await cursor.peek()) === close) return cursor.skip();
  for (;;) {
    if ((await cursor.peek()) !== quote)
      throw new JsonProblem('the name of a member of the JSON object is missing');
    const under = nameOf(await element(cursor, mostNameBytes));
    if ((await cursor.peek()) !== colon)
      throw new JsonProblem(`":" is missing after the name ${JSON.stringify(under)}`);
    cursor.skip();
    if ((await cursor.peek()) === listOpen)
      for await (const each of list(cursor, maxBytes)) yield { ...each, under };
    else yield { ...(await element(cursor, maxBytes)), under, isAlone: true };
    const next = await cursor.peek();
    if (next === undefined) throw new JsonProblem('the JSON object is not closed');
    if (next !== comma && next !== close)
      throw new JsonProblem('a comma or "}" is missing between members of the JSON object');
    cursor.skip();
    if (next === close) return;
  }
}

function nameOf(name: Line): string {
  try {
    if ('bytes' in name) return JSON.parse(Buffer.from(name.bytes).toString()) as string;
  } catch {
    // It is told below.
  }
  throw new JsonProblem(
    'bytes' in name
      ? 'the name of a member of the JSON object is no text'
      : `the name of a member of the JSON object is longer than ${sizeText(mostNameBytes)}`,
    name.number,
  );
}

/** The value that begins at the cursor; JsonProblem where the text ends first or no value can begin so. */
async function element(cursor: JsonCursor, maxBytes: number): Promise<Line> {
  const first = await cursor.peek();
  const number = cursor.line;
  if (first === comma || first === colon || first === close || first === listClose)
    throw new JsonProblem(`a value is missing before "${String.fromCharCode(first)}"`);
  const slice = await cursor.value(maxBytes);
  if (slice === undefined)
    throw new JsonProblem('the file ends in the middle of the JSON value that begins here', number);
  return { number, ...slice };
}
