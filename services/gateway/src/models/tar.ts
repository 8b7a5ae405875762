/** A file that goes into an archive. */
export type TarFile = {
  readonly name: string;
  readonly bytes: number;
  readonly content: () => AsyncIterable<Uint8Array>;
};

const block = 512;
/** Numbers from here on have no room as octal digits; they are written as GNU tar does. */
const octalLimit = 8 ** 11;

/** The size of an archive of the files in bytes. */
export function tarBytes(files: readonly Pick<TarFile, 'bytes'>[]): number {
  return files.reduce((sum, { bytes }) => sum + block + padded(bytes), 2 * block);
}

/**
 * An archive of files (ustar), made while it is read. Throws an Error for a name of more than 100 bytes, and when a file has
 * another size than was said.
 */
export async function* tarOf(
  files: readonly TarFile[],
  modifiedAt: number,
): AsyncGenerator<Uint8Array> {
  for (const { name, bytes, content } of files) {
    yield header(name, { bytes, modifiedAt });
    let sent = 0;
    for await (const piece of content()) {
      sent += piece.byteLength;
      yield piece;
    }
    if (sent !== bytes) throw new Error(`${name} has ${sent} bytes, not ${bytes}`);
    if (padded(bytes) > bytes) yield new Uint8Array(padded(bytes) - bytes);
  }
  yield new Uint8Array(2 * block);
}

function padded(bytes: number): number {
  return Math.ceil(bytes / block) * block;
}

function header(
  name: string,
  { bytes, modifiedAt }: { readonly bytes: number; readonly modifiedAt: number },
): Uint8Array {
  const head = Buffer.alloc(block);
  if (Buffer.byteLength(name) > 100) throw new Error(`${name} is too long for an archive`);
  head.write(name, 0);
  const octal = (value: number, at: number, digits: number): void => {
    head.write(value.toString(8).padStart(digits, '0'), at);
  };
  octal(0o644, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  if (bytes < octalLimit) octal(bytes, 124, 11);
  else {
    head.writeUInt8(0x80, 124);
    head.writeBigUInt64BE(BigInt(bytes), 128);
  }
  octal(modifiedAt, 136, 11);
  head.fill(' ', 148, 156);
  head.write('0', 156);
  head.write('ustar\u000000', 257, 'latin1');
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148, 'latin1');
  return head;
}
