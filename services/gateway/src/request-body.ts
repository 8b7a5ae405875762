import type { IncomingMessage } from 'node:http';
import { LatheError } from '@lathe/contracts/error';

/** Reads a body up to `limit` bytes, with or without a declared length. Throws `file_too_large`. */
export async function readBody(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = () =>
    new LatheError('file_too_large', `The request body is larger than ${limit} bytes.`);
  if (Number(incoming.headers['content-length'] ?? 0) > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Reads a JSON body. Throws `invalid_json` that says where the text stops being JSON. */
export async function readJson(incoming: IncomingMessage, limit: number): Promise<unknown> {
  const bytes = await readBody(incoming, limit);
  if (bytes.length === 0)
    throw new LatheError('invalid_json', 'The request body is empty; a JSON object is expected.');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LatheError('invalid_json', `The request body is not valid JSON: ${reason}.`, {
      cause,
    });
  }
}
