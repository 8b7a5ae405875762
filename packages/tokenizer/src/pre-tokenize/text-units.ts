const firstUnits = 4096;
/** A longer text is given an array that is not kept. */
const mostKept = 2 ** 20;

const encoder = new TextEncoder();
let bytes = new Uint8Array(firstUnits);
let units = new Uint16Array(firstUnits);

/** The UTF-16 units of a text and a 0 behind them; they stand there until those of the next text are asked for. */
export function unitsOf(text: string): Uint16Array {
  const { length } = text;
  const isKept = length <= mostKept;
  if (isKept && units.length <= length) {
    bytes = new Uint8Array(2 * length);
    units = new Uint16Array(2 * length);
  }
  const own = isKept ? units : new Uint16Array(length + 1);
  own[length] = 0;
  if (isKept) {
    // As many bytes as units are ASCII, which the encoder copies faster than charCodeAt reads it.
    const { read, written } = encoder.encodeInto(text, bytes);
    if (read === length && written === length) {
      for (let at = 0; at < length; at++) own[at] = bytes[at] as number;
      return own;
    }
  }
  for (let at = 0; at < length; at++) own[at] = text.charCodeAt(at);
  return own;
}
