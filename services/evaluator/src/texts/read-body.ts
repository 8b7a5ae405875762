import { LatheError } from '@lathe/contracts/error';
import { deepestJson, isDeeperThan } from '@lathe/contracts/json-depth';
import type { z } from 'zod';

/** Reads the body of a message. Throws `internal_error`: gateways send nothing that cannot be read. */
export function readBody<T>(schema: z.ZodType<T>, body: Uint8Array): T {
  const refuse = (cause: unknown): never => {
    throw new LatheError('internal_error', 'The evaluator cannot read the request.', { cause });
  };
  if (isDeeperThan(body, deepestJson)) refuse(new Error(`deeper than ${deepestJson} levels`));
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8'));
  } catch (cause) {
    refuse(cause);
  }
  const parsed = schema.safeParse(json);
  return parsed.success ? parsed.data : refuse(parsed.error);
}
