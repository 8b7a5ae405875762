import type { IncomingMessage } from 'node:http';
import { LatheError } from '@lathe/contracts/error';
import { deepestJson, isDeeperThan } from '@lathe/contracts/json-depth';

export type BodyLimits = {
  /** Largest JSON body in bytes. */
  readonly maxJsonBytes: number;
  /** How long a body may send nothing, in milliseconds. */
  readonly bodyIdleMs: number;
};

/**
 * Reads a body up to the limit, with or without a declared length. Throws `file_too_large`, and
 * `timeout` when the client stalls.
 */
async function readBody(incoming: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const stalled = Promise.withResolvers<never>();
  incoming.setTimeout(limits.bodyIdleMs, () =>
    stalled.reject(
      new LatheError('timeout', `The request body sent nothing for ${limits.bodyIdleMs} ms.`),
    ),
  );
  try {
    return await Promise.race([collect(incoming, limits.maxJsonBytes), stalled.promise]);
  } finally {
    incoming.setTimeout(0);
  }
}

async function collect(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = () =>
    new LatheError('file_too_large', `The request body is larger than ${limit} bytes.`);
  if (Number(incoming.headers['content-length'] ?? 0) > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  // Kept open on the way out: the refusal still has to go through this connection.
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Reads a JSON body. Throws `invalid_json` that says where the text stops being JSON, or that it is too deep for
 * those that read it later.
 */
export async function readJson(incoming: IncomingMessage, limits: BodyLimits): Promise<unknown> {
  const bytes = await readBody(incoming, limits);
  if (bytes.length === 0)
    throw new LatheError('invalid_json', 'The request body is empty; a JSON object is expected.');
  if (isDeeperThan(bytes, deepestJson))
    throw new LatheError(
      'invalid_json',
      `The request body is nested deeper than ${deepestJson} levels of objects and lists.`,
    );
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LatheError('invalid_json', `The request body is not valid JSON: ${reason}.`, {
      cause,
    });
  }
}
