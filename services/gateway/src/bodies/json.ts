import { LatheError } from '@lathe/contracts/error';
import { deepestJson, isDeeperThan } from '@lathe/contracts/json-depth';

/**
 * A JSON body. Throws `invalid_json` that says where the text stops being JSON, or that it is too deep for those that
 * read it later, and `invalid_value` for a key that they would lose.
 */
export function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length === 0)
    throw new LatheError('invalid_json', 'The request body is empty; a JSON object is expected.');
  if (isDeeperThan(bytes, deepestJson))
    throw new LatheError(
      'invalid_json',
      `The request body is nested deeper than ${deepestJson} levels of objects and lists.`,
    );
  let text: string;
  let json: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    json = JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LatheError('invalid_json', `The request body is not valid JSON: ${reason}.`, {
      cause,
    });
  }
  // Looked for only where it may be; a letter may be written as an escape.
  if (/__proto__|\\u00/.test(text)) refuseLostKeys(json, '');
  return json;
}

/**
 * Throws `invalid_value` for a key called `__proto__`, which those that read objects later leave out without a word;
 * a schema of an answer keeps it.
 */
function refuseLostKeys(json: unknown, path: string): void {
  if (typeof json !== 'object' || json === null || path === 'response_format') return;
  for (const [key, value] of Object.entries(json)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (key === '__proto__')
      throw new LatheError('invalid_value', `Invalid key: '${at}' is not taken.`, { param: at });
    refuseLostKeys(value, at);
  }
}
