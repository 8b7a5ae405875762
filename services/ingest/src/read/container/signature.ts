import { type WideEncoding, wideEncodingOf } from '@lathe/platform/text/text-stream';

/** What a file is by its first bytes: packed, a container of its own, text, or what cannot be read and what to do with it. */
export type Signature =
  | { readonly is: 'gzip' | 'zstd' | 'zip' | 'parquet' | 'text' | WideEncoding }
  | { readonly is: 'refused'; readonly why: string };

type Known = readonly [bytes: string, is: Signature['is'], why?: string];

const unpackAs = 'unpack it, and upload it as it is, with gzip or zstd, or in a zip archive';
const saveText = 'save its text as UTF-8 text or Markdown';
const saveTable = 'save the sheet as CSV';

/** Beginnings of files in hexadecimal; a dot is any digit. */
const known: readonly Known[] = [
  ['1f8b', 'gzip'],
  ['28b52ffd', 'zstd'],
  ['504b0304', 'zip'],
  ['504b0506', 'zip'],
  ['504b0708', 'zip'],
  ['50415231', 'parquet'],
  ['50415245', 'refused', 'is an encrypted Parquet file; save it without encryption'],
  ['25504446', 'refused', `is a PDF document; ${saveText}`],
  [
    'd0cf11e0a1b11ae1',
    'refused',
    `is a spreadsheet or document of old Office programs; ${saveTable}, or ${saveText}`,
  ],
  ['7b5c727466', 'refused', `is an RTF document; ${saveText}`],
  ['89504e47', 'refused', 'is an image (PNG); only text can be trained'],
  ['ffd8ff', 'refused', 'is an image (JPEG); only text can be trained'],
  ['47494638', 'refused', 'is an image (GIF); only text can be trained'],
  ['4f626a01', 'refused', 'is an Avro file; save it as JSON Lines or Parquet'],
  ['4152524f5731', 'refused', 'is an Arrow file; save it as JSON Lines or Parquet'],
  ['ffffffff', 'refused', 'is an Arrow stream; save it as JSON Lines or Parquet'],
  ['894844460d0a1a0a', 'refused', 'is an HDF5 file; save it as JSON Lines or Parquet'],
  ['934e554d5059', 'refused', 'is a NumPy array; save its rows as JSON Lines or CSV'],
  [
    '53514c69746520666f726d6174203300',
    'refused',
    'is an SQLite database; save the table as CSV or JSON Lines',
  ],
  ['800[2-5]', 'refused', 'is a Python pickle, which is a program; save its rows as JSON Lines'],
  ['425a68..314159265359', 'refused', `is packed with bzip2; ${unpackAs}`],
  ['fd377a585a00', 'refused', `is packed with xz; ${unpackAs}`],
  ['377abcaf271c', 'refused', `is a 7-Zip archive; ${unpackAs}`],
  ['526172211a07', 'refused', `is a RAR archive; ${unpackAs}`],
  ['04224d18', 'refused', `is packed with lz4; ${unpackAs}`],
  ['fffe0000', 'refused', 'is UTF-32 text; save it as UTF-8'],
  ['0000feff', 'refused', 'is UTF-32 text; save it as UTF-8'],
];
const mostSignature = 24;
const tarAt = 257;

/** What a file is that begins so; `head` is more than its first line, or all of it. */
export function signatureOf(head: Buffer): Signature {
  const start = head.toString('hex', 0, mostSignature);
  const found = known.find(([bytes]) => new RegExp(`^${bytes}`).test(start));
  if (found !== undefined) {
    const [, is, why] = found;
    return is === 'refused' ? { is, why: why ?? '' } : { is };
  }
  const wide = wideEncodingOf(head);
  if (wide !== undefined) return { is: wide };
  const refused = (why: string): Signature => ({ is: 'refused', why });
  if (head.subarray(tarAt, tarAt + 5).toString('latin1') === 'ustar')
    return refused(`is a tar archive; ${unpackAs}`);
  if (isSkippableZstd(head)) return { is: 'zstd' };
  const text = head
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart();
  if (/^(<!doctype html|<html)/i.test(text)) return refused(`is an HTML page; ${saveText}`);
  if (/^(<\?xml|<svg)/i.test(text)) return refused('is XML; save its rows as JSON Lines or CSV');
  const noText = nulShare(head) ?? encodingOf(head);
  // Text may begin with its letters.
  if (noText !== undefined && text.startsWith('ORC'))
    return refused('is an ORC file; save it as JSON Lines or Parquet');
  return noText ?? { is: 'text' };
}

/** Frames of zstd that hold no data may come first. */
function isSkippableZstd(head: Buffer): boolean {
  return head.length >= 4 && (head.readUInt32LE() & 0xfffffff0) >>> 0 === 0x184d2a50;
}

/** Whether more than a tenth of bytes are NUL: so many are in text of two bytes a character, and in files that are no text. */
export function hasManyNuls(bytes: Buffer): boolean {
  let nuls = 0;
  for (let at = bytes.indexOf(0); at >= 0; at = bytes.indexOf(0, at + 1)) nuls++;
  return nuls * 10 > bytes.length;
}

/** Text of two bytes a character without a byte order mark has a NUL in every other place; other files with many are no text. */
function nulShare(head: Buffer): Signature | undefined {
  if (!hasManyNuls(head)) return undefined;
  const counts = [0, 0];
  for (const [at, byte] of head.entries())
    if (byte === 0) counts[at % 2] = (counts[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = counts;
  const isUtf16 = Math.max(even, odd) > 4 * Math.min(even, odd);
  return {
    is: 'refused',
    why: isUtf16
      ? 'is UTF-16 text without a byte order mark; save it as UTF-8'
      : 'is no text and of no kind that is known; upload rows as JSON Lines, CSV or Parquet',
  };
}

/** Text of which most lines with other letters than ASCII's are no UTF-8 is of another encoding; a few such lines are told by their numbers. */
function encodingOf(head: Buffer): Signature | undefined {
  const lines = head.toString('latin1').split('\n');
  // The last may be cut within a character.
  const whole = lines.length > 1 ? lines.slice(0, -1) : lines;
  const wide = whole.filter((line) => /[\u0080-\u00ff]/.test(line));
  const wrong = wide.filter((line) => !isUtf8(Buffer.from(line, 'latin1'), lines.length === 1));
  if (wrong.length < 3 || 2 * wrong.length < wide.length) return undefined;
  return {
    is: 'refused',
    why: 'is text in another encoding than UTF-8, such as Latin-1 or Windows-1252; save it as UTF-8',
  };
}

function isUtf8(bytes: Buffer, mayEndWithin: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: mayEndWithin });
    return true;
  } catch {
    return false;
  }
}
