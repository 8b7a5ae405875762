import { LatheError } from '@lathe/contracts/error';
import { sizeText } from '@lathe/contracts/words/size';
import { usualText } from '@lathe/platform/text/usual-text';
import { hasManyNuls } from '../read/container/signature.ts';
import type { Source } from './sources.ts';

/** Largest page of questions, which is read whole. */
const mostPageBytes = 32 * 1024 * 1024;

/** The text of a page, of UTF-16 with a byte order mark too. Throws `file_too_large`, and `invalid_file_format` for what is neither. */
export async function wholeText({ record, read }: Source): Promise<string> {
  if (record.bytes > mostPageBytes)
    throw new LatheError(
      'file_too_large',
      `${JSON.stringify(record.filename)} has ${sizeText(record.bytes)}, and a page may have ${sizeText(mostPageBytes)}.`,
      { param: 'convert.files' },
    );
  const bytes = Buffer.concat(await Array.fromAsync(usualText(read())));
  const refuse = (what: string, cause?: unknown) =>
    new LatheError(
      'invalid_file_format',
      `${JSON.stringify(record.filename)} ${what}; save the page as UTF-8.`,
      { param: 'convert.files', cause },
    );
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw refuse('is not valid UTF-8', cause);
  }
  if (hasManyNuls(bytes))
    throw refuse('holds NUL characters, as UTF-16 text without a byte order mark does');
  return text;
}
