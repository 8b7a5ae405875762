import { createHash } from 'node:crypto';
import { serialize } from 'node:v8';
import { LatheError } from '@lathe/contracts/error';
import type { JsonSchema } from '@lathe/contracts/http/chat';
import { readJsonSchema } from '@lathe/engine/json-schema';
import { SchemaError } from '@lathe/engine/schema-error';
import type { AnswerForm } from '../engine/engine.ts';

/** What a schema may become in bytes: the engine keeps it, and every request carries it there. */
const mostBytes = 16 * 2 ** 20;
const param = 'response_format.json_schema.schema';

/** Reads a schema for the engine. Throws `invalid_value` for one that answers cannot be held to. */
export function answerForm(schema: JsonSchema): AnswerForm {
  try {
    const read = serialize(readJsonSchema(schema));
    if (read.length > mostBytes) throw new SchemaError('', 'is too large');
    const key = createHash('sha256').update(read).digest('base64');
    return { key, schema: Uint8Array.from(read) };
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    throw new LatheError('invalid_value', `Invalid value for '${param}': ${error.message}.`, {
      param,
      cause: error,
    });
  }
}

/** Whether a schema is read in no time: none at all, or any object. */
export function isQuick(schema: JsonSchema | null): boolean {
  return schema === null || JSON.stringify(schema) === '{"type":"object"}';
}
