import type { IncomingMessage } from 'node:http';
import { LatheError } from '@lathe/contracts/error';
import { sizeText } from '@lathe/contracts/words/size';

export type BodyLimits = {
  readonly maxJsonBytes: number;
  /** How long a body may send nothing, in milliseconds. */
  readonly bodyIdleMs: number;
};

/**
 * Reads a body up to the limit, with or without a declared length. Throws `file_too_large`, and
 * `timeout` when the client stalls.
 */
export async function readBytes(
  incoming: IncomingMessage,
  limits: BodyLimits,
): Promise<Uint8Array<ArrayBuffer>> {
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

async function collect(incoming: IncomingMessage, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () =>
    new LatheError('file_too_large', `The request body is larger than ${sizeText(limit)}.`);
  if (Number(incoming.headers['content-length'] ?? 0) > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  // Kept open on the way out: the refusal still has to go through this connection.
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  // Of its own memory, so that it can be handed to a thread.
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
