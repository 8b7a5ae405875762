import { LatheError } from '@lathe/contracts/error';
import { sizeText } from '@lathe/contracts/words/size';
import type { Source } from './sources.ts';

/** Largest page of questions, which is read whole. */
const mostPageBytes = 32 * 1024 * 1024;

/** The text of a page. Throws `file_too_large`, and `invalid_file_format` for what is no UTF-8. */
export async function wholeText({ record, read }: Source): Promise<string> {
  if (record.bytes > mostPageBytes)
    throw new LatheError(
      'file_too_large',
      `${JSON.stringify(record.filename)} has ${sizeText(record.bytes)}, and a page may have ${sizeText(mostPageBytes)}.`,
      { param: 'convert.files' },
    );
  const chunks = await Array.fromAsync(read());
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new LatheError(
      'invalid_file_format',
      `${JSON.stringify(record.filename)} is not valid UTF-8; save the page as UTF-8.`,
      { param: 'convert.files', cause },
    );
  }
}
