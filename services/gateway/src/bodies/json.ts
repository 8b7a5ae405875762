import { LatheError } from '@lathe/contracts/error';
import { deepestJson, isDeeperThan } from '@lathe/contracts/json-depth';

/**
 * A JSON body. Throws `invalid_json` that says where the text stops being JSON, or that it is too deep for those that
 * read it later.
 */
export function parseJson(bytes: Uint8Array): unknown {
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
