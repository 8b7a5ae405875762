import { jsonCell } from '../../json-cells.ts';
import { Unreadable } from '../limits.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of bytes; what is none stays as it is, and is refused when its row is written. */
export function textOf(bytes: Uint8Array | undefined): string | Uint8Array | undefined {
  if (bytes === undefined) return undefined;
  try {
    return decoder.decode(bytes);
  } catch {
    return bytes;
  }
}

/** What bytes of JSON say where that is a text, a number or the like; lists and objects stay text, to be read by who wants them. */
export function saidByJson(bytes: Uint8Array | undefined): unknown {
  const text = textOf(bytes);
  if (typeof text !== 'string' || /^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

/**
 * A row as a line of JSON: lists and objects as they are, whole numbers beyond those of JSON as text, dates as ISO 8601 has them,
 * numbers that are none as null, and JSON in columns whose cells are lists or objects as what it says. Throws Unreadable for
 * bytes that are no text.
 */
export function jsonLine(row: readonly (readonly [name: string, value: unknown])[]): string {
  const members = row.map(([name, value]) => {
    if (value === undefined)
      throw new Unreadable(
        `is damaged: its Parquet data have fewer values of the column ${JSON.stringify(name)} than rows`,
      );
    return [name, parsed(name, value)];
  });
  return JSON.stringify(Object.fromEntries(members), plain);
}

function plain(key: string, value: unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (value instanceof Uint8Array) {
    const text = textOf(value);
    if (typeof text === 'string') return text;
    throw new Unreadable(
      `holds bytes that are no text under ${JSON.stringify(key)}; only text can be trained`,
    );
  }
  return ArrayBuffer.isView(value) ? [...(value as Iterable<unknown> & ArrayBufferView)] : value;
}

function parsed(name: string, value: unknown): unknown {
  const text = value instanceof Uint8Array ? textOf(value) : value;
  if (typeof text !== 'string') return value;
  try {
    return jsonCell(name, text);
  } catch {
    return text;
  }
}
