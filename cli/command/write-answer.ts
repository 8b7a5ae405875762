import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Call } from './command.ts';

/** Writes an answer that is no JSON into a file, and says so. */
export async function writeAnswer(
  { err, isJson }: Pick<Call, 'err' | 'isJson'>,
  { body }: Response,
  file: string,
): Promise<void> {
  await pipeline(
    body === null ? Readable.from([]) : Readable.fromWeb(body),
    createWriteStream(file),
  );
  if (!isJson) err.line(`Written: ${file}`);
}
