/**
 * The alphabet of byte-level BPE (Radford et al. 2019): every byte is written as one printable
 * character, so that a vocabulary can be kept in JSON. Printable Latin-1 stands for itself; the others
 * take the characters from U+0100 on, in byte order.
 */
const isPrintable = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;

let next = 0x100;

/** The character of each byte. */
export const characterOfByte: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  String.fromCharCode(isPrintable(byte) ? byte : next++),
);

const byteOfCharacter: ReadonlyMap<string, number> = new Map(
  characterOfByte.map((character, byte) => [character, byte]),
);

/** The bytes that a vocabulary entry stands for; undefined when it uses characters outside the alphabet. */
export function bytesOfEntry(entry: string): Uint8Array | undefined {
  const bytes = new Uint8Array(entry.length);
  for (let i = 0; i < entry.length; i++) {
    const byte = byteOfCharacter.get(entry.charAt(i));
    if (byte === undefined) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}

/** The vocabulary entry for these bytes. */
export function entryOfBytes(bytes: Uint8Array): string {
  let entry = '';
  for (const byte of bytes) entry += characterOfByte[byte];
  return entry;
}
