/** Where texts are written, by the byte: all that is made here of ASCII is ASCII, and no longer than what it is made of. */
let written = Buffer.alloc(4096);
/** Texts as bytes while they are read. */
let given = new Uint8Array(4096);
const encoder = new TextEncoder();

const blank = 0x20;

/** Blanks, and signs that end words. */
const isBlank = Uint8Array.from({ length: 128 }, (_, code) =>
  /\s/.test(String.fromCharCode(code)) ? 1 : 0,
);
const isSign = Uint8Array.from({ length: 128 }, (_, code) =>
  /[.,;:!?"']/.test(String.fromCharCode(code)) ? 1 : 0,
);
const lower = Uint8Array.from({ length: 128 }, (_, code) =>
  String.fromCharCode(code).toLowerCase().charCodeAt(0),
);

/** The text in lower case without signs that end words, one blank between words; undefined of one beyond ASCII. */
export function asciiPlain(text: string): string | undefined {
  const bytes = bytesOf(text);
  return bytes && asLatin1(plainOfAscii(bytes));
}

/** The same of a text of ASCII as bytes, and as bytes that are good until the next text is written. */
export function plainOfAscii(text: Uint8Array): Uint8Array {
  makeRoom(text.length);
  let length = 0;
  /** Where the signs begin that end the word, if a blank follows them. */
  let signs = -1;
  for (let at = 0; at < text.length; at++) {
    const code = text[at] as number;
    if (isBlank[code] === 1) {
      if (signs >= 0) length = signs;
      signs = -1;
      if (length > 0 && written[length - 1] !== blank) written[length++] = blank;
      continue;
    }
    if (isSign[code] === 0) signs = -1;
    else if (signs < 0) signs = length;
    written[length++] = lower[code] as number;
  }
  if (signs >= 0) length = signs;
  return written.subarray(0, length > 0 && written[length - 1] === blank ? length - 1 : length);
}

/** The bytes of a text, good until those of the next are asked for; undefined of one beyond ASCII. */
export function bytesOf(text: string): Uint8Array | undefined {
  if (given.length < text.length) given = new Uint8Array(2 * text.length);
  // As many bytes as units are ASCII.
  const { read, written: bytes } = encoder.encodeInto(text, given);
  return read === text.length && bytes === read ? given.subarray(0, bytes) : undefined;
}

export function asLatin1({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('latin1');
}

function makeRoom(length: number): void {
  if (written.length < length) written = Buffer.alloc(2 * length);
}
